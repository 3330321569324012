import { OUTPUT_TOPICS, SOURCE_TOPICS, type OutputTopic, type SourceTopic } from '../../contracts/names.js';
import type { ClaimedLane, Halt, OutboxEntry, TopicProgress } from '../../pipeline/ports.js';
import { type Decision, NO_UPKEEP, type Upkeep } from '../../pipeline/upkeep.js';
import { bytesOf, textOf, wholeOf, type Reply } from './script.js';

/** The lane's hash and its outbox: how their values are written and read. */

export const topicField = (topic: SourceTopic): string => `topic:${topic}`;

/** One line of JSON: [next, clock, [offset, timestamp, digest] or null, read, applied, duplicate, deadLetter]. */
export const writeProgress = ({ next, clock, position, count }: TopicProgress): string =>
  JSON.stringify([
    next,
    clock,
    position === null ? null : [position.offset, position.timestamp, position.digest],
    count.read,
    count.applied,
    count.duplicate,
    count.deadLetter,
  ]);

const whole = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new TypeError('not a whole number');
};

const readPosition = (value: unknown): TopicProgress['position'] => {
  if (value === null) return null;
  if (!Array.isArray(value) || typeof value[2] !== 'string') throw new TypeError('not a position');
  return { offset: whole(value[0]), timestamp: whole(value[1]), digest: value[2] };
};

/** @throws Error when the text is not what writeProgress wrote */
export const readProgress = (text: string): TopicProgress => {
  try {
    const parts: unknown = JSON.parse(text);
    if (!Array.isArray(parts)) throw new TypeError('not a list');
    return {
      next: whole(parts[0]),
      clock: parts[1] === null ? null : whole(parts[1]),
      position: readPosition(parts[2]),
      count: { read: whole(parts[3]), applied: whole(parts[4]), duplicate: whole(parts[5]), deadLetter: whole(parts[6]) },
    };
  } catch (cause) {
    throw new Error(`a topic's progress in Redis is damaged: ${text.slice(0, 200)}`, { cause });
  }
};

export const writeHalt = ({ name, message, since }: Halt): string => JSON.stringify([name, message, since]);

/** @throws Error when the text is not what writeHalt wrote */
export const readHalt = (text: string): Halt => {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts)) throw new Error(`a lane's halt in Redis is damaged: ${text.slice(0, 200)}`);
  return { name: String(parts[0]), message: String(parts[1]), since: whole(parts[2]) };
};

export const writeSpan = ({ firstSeq, lastSeq }: OutboxEntry): string => `${String(firstSeq)}-${String(lastSeq)}`;

/** @throws Error when the text is not what writeSpan wrote */
export const readSpan = (text: string): { readonly firstSeq: number; readonly lastSeq: number } => {
  const parts = /^(\d+)-(\d+)$/.exec(text);
  if (parts === null) throw new Error(`an outbox span in Redis is damaged: ${text.slice(0, 200)}`);
  return { firstSeq: Number(parts[1]), lastSeq: Number(parts[2]) };
};

export const readOutbox = (reply: readonly Reply[]): OutboxEntry[] => {
  const entries: OutboxEntry[] = [];
  for (let i = 0; i < reply.length; i += 2) {
    entries.push({ ...readSpan(textOf(reply[i], 'an outbox span')), records: bytesOf(reply[i + 1], 'outbox records') });
  }
  return entries;
};

/** Field by name, from a flat list of names and values. */
export const fieldsOf = (reply: readonly Reply[]): ReadonlyMap<string, Reply> => {
  const fields = new Map<string, Reply>();
  for (let i = 0; i < reply.length; i += 2) fields.set(textOf(reply[i], 'a field name'), reply[i + 1] ?? null);
  return fields;
};

/** @throws Error when the text is not JSON of an object */
const readObject = (field: Reply | undefined, what: string): object | null => {
  const text = field === undefined ? '' : textOf(field, what);
  if (text === '') return null;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`${what} in Redis is damaged: ${text.slice(0, 200)}`);
  return value;
};

/** A lane without the field has nothing to keep up; what an older version left out is as if nothing were there. */
export const readUpkeep = (field: Reply | undefined): Upkeep => ({ ...NO_UPKEEP, ...readObject(field, "a lane's upkeep") });

export const readDecision = (field: Reply | undefined): Decision | null => readObject(field, "a person's decision") as Decision | null;

export const readLane = (fields: ReadonlyMap<string, Reply>, outbox: readonly Reply[]): ClaimedLane => {
  const topics = new Map<SourceTopic, TopicProgress>();
  for (const topic of SOURCE_TOPICS) {
    const field = fields.get(topicField(topic));
    if (field !== undefined) topics.set(topic, readProgress(textOf(field, `progress of ${topic}`)));
  }
  const outputEnds = new Map<OutputTopic, number>();
  for (const topic of OUTPUT_TOPICS) {
    const field = fields.get(`end:${topic}`);
    if (field !== undefined) outputEnds.set(topic, wholeOf(field, `end of ${topic}`));
  }
  const halt = fields.get('halt');
  return {
    token: textOf(fields.get('token'), 'a token'),
    version: wholeOf(fields.get('version'), 'a version'),
    lanes: wholeOf(fields.get('lanes'), 'a partition count'),
    topics,
    seq: wholeOf(fields.get('seq'), 'a seq'),
    outputEnds,
    outbox: readOutbox(outbox),
    calendar: fields.has('calendar') ? wholeOf(fields.get('calendar'), 'a calendar') : null,
    forgotten: fields.has('forgotten') ? wholeOf(fields.get('forgotten'), 'a count of orders') : 0,
    halt: halt === undefined ? null : readHalt(textOf(halt, 'a halt')),
    upkeep: readUpkeep(fields.get('upkeep')),
    decision: readDecision(fields.get('decision')),
  };
};
