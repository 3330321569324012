import { randomUUID } from 'node:crypto';
import { checkIntakeCommit } from '../../pipeline/mapping/check-commit.js';
import { type ClaimedIntake, INTAKE_LANE, type IntakeCommit, type IntakeStore } from '../../pipeline/mapping/ports.js';
import type { TopicProgress } from '../../pipeline/ports.js';
import { Final } from '../../pipeline/retry.js';
import { keyNames } from './keys.js';
import { fieldsOf, readDecision, readHalt, readOutbox, readProgress, writeHalt, writeProgress, writeSpan } from './lane-fields.js';
import { pack } from './pack.js';
import { listOf, run, textOf, wholeOf, type RedisClient, type Reply } from './script.js';
import { CLAIM } from './scripts/claim.js';
import { COMMIT_INTAKE } from './scripts/commit-intake.js';
import { HALT } from './scripts/halt.js';
import { TRIM } from './scripts/trim.js';

export interface RedisIntakeStoreOptions {
  /** That of the installation: the intake keeps its own apart from that of the lanes. */
  readonly prefix: string;
  /** How long a row or link is remembered after it was told last, in seconds. */
  readonly rememberSeconds: number;
}

/** Version of what is kept of the intake; it rises with every change that older code would misread. */
const INTAKE_FORMAT = 1;
/** No format of it was arranged otherwise. */
const ARRANGED_ALWAYS = '0';
/** Values per command: Redis serves nobody else meanwhile. */
const AT_ONCE = 1_000;

/** Where the intake's keys begin, for those who look at lanes (lane-halts.ts). */
export const intakePrefix = (prefix: string): string => `${prefix}-intake`;

/**
 *     {cx-intake:0}:lane     hash    token, version, format, lanes, seq, last_wait, topic:<input>, halt, decision
 *     {cx-intake:0}:outbox   list    as of a lane
 *     {cx-intake:0}:waits    hash    events that wait for links, by number
 *     {cx-intake:0}:k:<id>   string  a row's last version, or the orders of a link's key; expires
 */
function intakeKeys(prefix: string) {
  const { lane, outbox } = keyNames(intakePrefix(prefix)).lane(INTAKE_LANE);
  const tag = lane.slice(0, -'lane'.length);
  return { lane, outbox, waits: `${tag}waits`, valueOf: `${tag}k:` };
}

/** What the intake keeps, in Redis. Calls reject when Redis can't be reached in time; every one of them may then be made again. */
export const createRedisIntakeStore = (client: RedisClient, { prefix, rememberSeconds }: RedisIntakeStoreOptions): IntakeStore => {
  const keys = intakeKeys(prefix);
  return {
    async claim() {
      const [format, fields, outbox] = listOf(await run(client, CLAIM, [keys.lane, keys.outbox], [randomUUID(), '1', String(INTAKE_FORMAT), ARRANGED_ALWAYS]), 'a claim');
      if (fields === undefined) throw new Final(`the intake's state was written in format ${wholeOf(format, 'a format version')}, this version knows formats up to ${INTAKE_FORMAT}: run the newer version again`);
      return readIntake(fieldsOf(listOf(fields, 'the fields of a lane')), listOf(outbox, 'an outbox'));
    },
    async held() {
      const [token = null, version = null] = await client.hmget(keys.lane, 'token', 'version');
      return { token, version: Number(version ?? 0) };
    },
    async load(ids) {
      const found: (Buffer | null)[] = [];
      for (let from = 0; from < ids.length; from += AT_ONCE) found.push(...(await client.mgetBuffer(ids.slice(from, from + AT_ONCE).map((id) => keys.valueOf + id))));
      return found;
    },
    async waits(take) {
      let cursor = '0';
      // A field may be met twice while the hash is being made larger or smaller.
      const met = new Set<number>();
      do {
        const [next, found] = await client.hscanBuffer(keys.waits, cursor, 'COUNT', AT_ONCE);
        for (let i = 0; i + 1 < found.length; i += 2) {
          const [name, value] = [found[i], found[i + 1]];
          const number = Number(name);
          if (value === undefined || met.has(number)) continue;
          met.add(number);
          take({ number, value });
        }
        cursor = next.toString();
      } while (cursor !== '0');
    },
    async commit(commit) {
      checkIntakeCommit(commit);
      const [token, version] = listOf(await run(client, COMMIT_INTAKE, [keys.lane, keys.outbox, keys.waits], argumentsOf(commit, keys.valueOf, rememberSeconds)), 'a commit');
      return { token: token === null ? null : textOf(token, 'a token'), version: version === null ? 0 : wholeOf(version, 'a version') };
    },
    trim: async (token, seq) => (await run(client, TRIM, [keys.lane, keys.outbox], [token, String(seq)])) === 1,
    halt: async (token, halt) => (await run(client, HALT, [keys.lane], [token, writeHalt(halt)])) === 1,
  };
};

function argumentsOf({ token, base, topics, seq, lastWait, outbox, values, waits, released, carriesOut }: IntakeCommit, valueOf: string, rememberSeconds: number): (string | Buffer)[] {
  const lane = ['version', String(base + 1), 'seq', String(seq), 'last_wait', String(lastWait), ...(carriesOut === true ? ['decision', ''] : [])];
  for (const [input, progress] of topics) lane.push(TOPIC + input, writeProgress(progress));
  return [
    token, String(base), valueOf, String(rememberSeconds), outbox === null ? '' : writeSpan(outbox), outbox === null ? '' : outbox.records,
    pack([lane, values.flatMap(({ id, value }) => [id, value]), waits.flatMap(({ number, value }) => [String(number), value]), released.map(String)]),
  ];
}

const TOPIC = 'topic:';

function readIntake(fields: ReadonlyMap<string, Reply>, outbox: readonly Reply[]): ClaimedIntake {
  const topics = new Map<string, TopicProgress>();
  for (const [name, value] of fields) if (name.startsWith(TOPIC)) topics.set(name.slice(TOPIC.length), readProgress(textOf(value, `progress of ${name}`)));
  const halt = fields.get('halt');
  const lastWait = fields.get('last_wait');
  return {
    token: textOf(fields.get('token'), 'a token'),
    version: wholeOf(fields.get('version'), 'a version'),
    topics, outbox: readOutbox(outbox),
    seq: wholeOf(fields.get('seq'), 'a seq'),
    lastWait: lastWait === undefined ? 0 : wholeOf(lastWait, 'the number of a wait'),
    halt: halt === undefined ? null : readHalt(textOf(halt, 'a halt')),
    decision: readDecision(fields.get('decision')),
  };
}
