/**
 * Every key name there is. All keys of lane p carry the hash tag `{<prefix>:p}`: they live in one slot, so that one
 * script can touch them all, on Redis Cluster too.
 *
 *     {cx:3}:lane        hash    token, version, format, lanes, seq, calendar, forgotten, topic:<topic>, end:<output>,
 *                               halt, upkeep, decision, folded (entries of the journal), arranging (see arrange-lane.ts)
 *     {cx:3}:outbox      list    pairs of "<firstSeq>-<lastSeq>" and packed records, oldest first
 *     {cx:3}:dirty       zset    order by the version that left its published journey out of date
 *     {cx:3}:o:<order>   string  its facts, where they are few, and its state (stored-order.ts)
 *     {cx:3}:f:<order>   string  packed facts, where they are many
 *     {cx:3}:ol          zset    names of the leaves (scripts/leaves.ts) in which every order stands, score 0
 *     {cx:3}:ol:<leaf>   zset    order by deadline in ms, inf without
 *     {cx:3}:od          zset    those leaves by their earliest deadline
 *     {cx:3}:il          zset    names of the leaves in which all index entries stand, score 0
 *     {cx:3}:il:<leaf>   zset    index entry and order as one text (index-entry.ts), score 0
 *     {cx:3}:g:<000-fff> string  eight bytes for each order that was given up, by a part of its id's digest
 *     {cx:3}:mj         list    what commits added to the measures, oldest first, until it is folded into cells
 *     {cx:3}:m:<key>    hash    sums of measures by cell and value of a place key; without a key those of all orders
 *     {cx:3}:c:<part>   hash    what orders tell of their customers, by order, in parts of the customers
 *     cx:named:<kind>   set     names that are measured apart: values of a place key, pairs of touchpoint and task
 *     cx:seen:<key>      string  coordinates of the first record with this key; expires
 *     cx:alert:<alert>   hash    who acknowledged, snoozed and closed an alert, and when; expires. Of no lane: a lane that is made anew keeps none of its keys
 *     cx:closing:<lane>  hash    closures that the lane has yet to say, by alert; of no lane either, for the same reason
 *     {cx:sink:<sink>}:a:<alert>  string  how a receiver is told of an alert: alone, or in a digest since which change; expires
 *     {cx:sink:<sink>}:n:<hour>:<severity>:<team>  string  how many new alerts of a team it was told alone within an hour; expires
 *     cx:schemas         hash    schemas learned from the registry: id:<id>; ids of our own: out:<subject>:<digest>
 */
export interface LaneKeys {
  readonly lane: string;
  readonly outbox: string;
  readonly dirty: string;
  readonly orders: LeafKeys & { readonly first: string };
  readonly index: LeafKeys;
  /** Beginnings of key names: what follows is the order's id, or a key of `place`. */
  readonly orderOf: string;
  readonly factsOf: string;
  /** The same; a part of a digest follows, see forgotten.ts. */
  readonly forgottenOf: string;
  readonly journal: string;
  readonly measuresOf: string;
  readonly customersOf: string;
}

/** Of a sorted set in leaves, see scripts/leaves.ts. */
export interface LeafKeys {
  readonly names: string;
  /** The beginning of the leaves' keys. */
  readonly leafOf: string;
}

export const DEFAULT_PREFIX = 'cx';

export interface KeyNames {
  lane(lane: number): LaneKeys;
  seen(key: string): string;
  admitted(kind: string): string;
  handling(alertId: string): string;
  closing(lane: number): string;
  /** Of one sink in one slot: a script touches both. */
  telling(sink: string, alertId: string): string;
  told(sink: string, team: string | null, severity: string, hour: number): string;
  readonly schemas: string;
  /** Names no key that exists: it tells Redis Cluster which node's clock is everybody's. */
  readonly clock: string;
}

const nameLane = (prefix: string, lane: number): LaneKeys => {
  const tag = `{${prefix}:${String(lane)}}:`;
  return {
    lane: `${tag}lane`,
    outbox: `${tag}outbox`,
    dirty: `${tag}dirty`,
    orders: { names: `${tag}ol`, leafOf: `${tag}ol:`, first: `${tag}od` },
    index: { names: `${tag}il`, leafOf: `${tag}il:` },
    orderOf: `${tag}o:`,
    factsOf: `${tag}f:`,
    forgottenOf: `${tag}g:`,
    journal: `${tag}mj`,
    measuresOf: `${tag}m:`,
    customersOf: `${tag}c:`,
  };
};

/** With what all keys of the lane begin. */
export const beginningOf = ({ lane }: LaneKeys): string => lane.slice(0, -'lane'.length);

/** @throws TypeError when the prefix would break the hash tag */
export const keyNames = (prefix: string): KeyNames => {
  if (!/^[^{}\s]{1,64}$/.test(prefix)) throw new TypeError(`a Redis key prefix is 1 to 64 characters without spaces and braces, not "${prefix}"`);
  const lanes = new Map<number, LaneKeys>();
  return {
    lane(lane) {
      const known = lanes.get(lane) ?? nameLane(prefix, lane);
      lanes.set(lane, known);
      return known;
    },
    seen: (key) => `${prefix}:seen:${key}`,
    admitted: (kind) => `${prefix}:named:${kind}`,
    handling: (alertId) => `${prefix}:alert:${alertId}`,
    closing: (lane) => `${prefix}:closing:${String(lane)}`,
    telling: (sink, alertId) => `{${prefix}:sink:${sink}}:a:${alertId}`,
    // A team may be called anything; none is called nothing.
    told: (sink, team, severity, hour) => `{${prefix}:sink:${sink}}:n:${hour}:${severity}:${team ?? ''}`,
    schemas: `${prefix}:schemas`,
    clock: `${prefix}:clock`,
  };
};
