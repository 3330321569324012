import type { SourceTopic } from '../../contracts/names.js';
import type { Fact } from '../../core/fact.js';
import { getOrInsert } from '../../core/get-or-insert.js';
import { packAlone } from './fact-arena.js';
import type { Tell } from './findings.js';

/** What is known of a lane's topics while its orders are compared. */
export interface ReadSources {
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  /** The oldest offset that the topic still had. */
  start(topic: SourceTopic): number;
  /** Everything below was read here. */
  readTo(topic: SourceTopic): number;
  /** The lane's next offset, at the moment at which the order was looked at. */
  next(topic: SourceTopic): number;
}

/** An order's records in the order of reading, repeats included, refused ones left out. */
export interface OrderRecords {
  readonly log: readonly Fact[];
  /** Records that were refused for what is no longer so: a lane that has read them again since has taken them where they stand. */
  readonly perhaps: readonly Fact[];
}

export interface ComparedFacts {
  /** The order's facts by the log; those that are gone from it as they are stored. */
  readonly facts: readonly Fact[];
  /** Stored facts whose records are gone. */
  readonly gone: number;
  readonly differs: boolean;
}

/**
 * Compares an order's stored facts with its records. Of two records with one id in one topic the first counts; over several
 * topics it was the one read first, and of one that was refused at first whether it counted, which the store alone can tell.
 */
export function compareFacts(lane: number, orderId: string, stored: readonly Fact[], { log, perhaps }: OrderRecords, sources: ReadSources, tell: Tell): ComparedFacts {
  const placeOf = ({ topic, offset }: Fact): string => `${sources.topicNames[topic]}/${lane}/${offset}`;
  const candidates = firstsById(log);
  const facts: Fact[] = [];
  const known = new Set<string>();
  let gone = 0;
  let differs = false;
  const wrong: Tell = (kind, text, about) => {
    differs = true;
    tell(kind, text, { orderId, ...about });
  };
  for (const fact of stored) {
    const at = placeOf(fact);
    if (known.has(fact.id)) {
      wrong('fact_twice', `${fact.type} "${fact.id}" is stored twice`, { at });
      continue;
    }
    known.add(fact.id);
    const records = candidates.get(fact.id) ?? [];
    if (fact.offset >= sources.next(fact.topic)) {
      wrong('fact_not_read', `${fact.type} "${fact.id}", while the next offset to read is ${sources.next(fact.topic)}`, { at });
    } else if (fact.offset < sources.start(fact.topic)) {
      gone += 1;
      facts.push(fact);
      continue;
    }
    const record = recordOf(fact, records, perhaps);
    if (record === undefined) {
      const others = records.length === 0 ? 'no record there says so' : `its record is ${records.map(placeOf).join(', ')}`;
      wrong('fact_unfounded', `${fact.type} "${fact.id}": ${others}`, { at });
      continue;
    }
    if (!Buffer.from(packAlone(record)).equals(packAlone(fact))) wrong('fact_differs', `${fact.type} "${fact.id}" is stored with other content than its record has`, { at });
    facts.push(record);
  }
  for (const [id, [first]] of candidates) {
    if (first === undefined || known.has(id)) continue;
    wrong('fact_missing', `${first.type} "${id}" is not among the ${stored.length} facts stored`, { at: placeOf(first) });
    facts.push(first);
  }
  return { facts, gone, differs };
}

/** The record that a stored fact was made of; one that was refused at first counts only before those that were not. */
function recordOf(fact: Fact, firsts: readonly Fact[], perhaps: readonly Fact[]): Fact | undefined {
  const first = firsts.find(({ topic }) => topic === fact.topic);
  if (first !== undefined && fact.offset >= first.offset) return fact.offset === first.offset ? first : undefined;
  return perhaps.find((one) => one.id === fact.id && placeIn(one) === placeIn(fact));
}

/** The first record of each id in each topic. */
function firstsById(log: readonly Fact[]): ReadonlyMap<string, readonly Fact[]> {
  const firsts = new Map<string, Fact[]>();
  for (const fact of log) {
    const known = getOrInsert(firsts, fact.id, (): Fact[] => []);
    const at = known.findIndex((other) => other.topic === fact.topic);
    const other = known[at];
    if (other === undefined) known.push(fact);
    else if (fact.offset < other.offset) known[at] = fact;
  }
  return firsts;
}

/**
 * What became of an order's records, by topic, as far as `next`: of each id one was applied, the rest were duplicates. All were, if the one
 * applied was refused at first: that one is counted by itself.
 */
export function tallyFacts(
  { log, perhaps }: OrderRecords, stored: readonly Fact[], next: (topic: SourceTopic) => number, count: (topic: SourceTopic, outcome: 'applied' | 'duplicate') => void,
): void {
  const chosen = new Map(stored.map((fact) => [fact.id, placeIn(fact)]));
  const counted = log.filter((fact) => fact.offset < next(fact.topic));
  const applied = new Set<string>();
  const takenLater = new Set(perhaps.filter((fact) => chosen.get(fact.id) === placeIn(fact)).map(({ id }) => id));
  for (const [id, records] of firstsById(counted)) {
    const one = takenLater.has(id) ? undefined : records.find((record) => chosen.get(id) === placeIn(record)) ?? records[0];
    if (one !== undefined) applied.add(placeIn(one));
  }
  for (const fact of counted) count(fact.topic, applied.has(placeIn(fact)) ? 'applied' : 'duplicate');
}

const placeIn = ({ topic, offset }: Fact): string => `${topic}|${offset}`;
