import { randomUUID } from 'node:crypto';
import type { OutputTopic } from '../../contracts/names.js';
import { checkCommit, checkEnds } from '../../pipeline/check-commit.js';
import { LANE_FORMAT, NewerLaneFormatError } from '../../pipeline/lane-format.js';
import type { ClaimedLane, CommitAnswer, LaneCommit, LaneStore } from '../../pipeline/ports.js';
import { commitArguments, commitKeys } from './commit-arguments.js';
import { clearLane } from './clear-lane.js';
import { firstSeen } from './first-seen.js';
import { wereForgotten } from './forgotten.js';
import { DEFAULT_PREFIX, keyNames, type LaneKeys } from './keys.js';
import { fieldsOf, readLane, writeHalt } from './lane-fields.js';
import { pack } from './pack.js';
import { loadOrders, passOrders } from './stored-orders.js';
import { listOf, run, textOf, wholeOf, type RedisClient } from './script.js';
import { CLAIM } from './scripts/claim.js';
import { CLEAN } from './scripts/clean.js';
import { COMMIT } from './scripts/commit.js';
import { HALT } from './scripts/halt.js';
import { TRIM } from './scripts/trim.js';

export interface RedisLaneStoreOptions {
  /** Begins every key; default `cx`. Installations that share a Redis need different ones. */
  readonly prefix?: string;
  /** How long the ids of events without order are remembered, in seconds; default 30 days. */
  readonly seenSeconds?: number;
}

const DAYS = 86_400;

const claim = async (client: RedisClient, keys: LaneKeys, lane: number, lanes: number): Promise<ClaimedLane> => {
  const args = [randomUUID(), String(lanes), String(LANE_FORMAT)];
  const [format, fields, outbox] = listOf(await run(client, CLAIM, [keys.lane, keys.outbox], args), 'a claim');
  if (fields === undefined) throw new NewerLaneFormatError(lane, wholeOf(format, 'a format version'));
  return readLane(fieldsOf(listOf(fields, 'the fields of a lane')), listOf(outbox, 'an outbox'));
};

const commit = async (client: RedisClient, keys: LaneKeys, change: LaneCommit): Promise<CommitAnswer> => {
  const [token, version] = listOf(await run(client, COMMIT, commitKeys(keys), commitArguments(keys, change)), 'a commit');
  return {
    token: token === null ? null : textOf(token, 'a token'),
    version: version === null ? 0 : wholeOf(version, 'a version'),
  };
};

/** Pairs of member and score, as Redis lists them. */
const pairsOf = (reply: readonly string[]): { readonly orderId: string; readonly score: number }[] => {
  const pairs: { readonly orderId: string; readonly score: number }[] = [];
  for (let i = 0; i + 1 < reply.length; i += 2) pairs.push({ orderId: reply[i] ?? '', score: Number(reply[i + 1]) });
  return pairs;
};

const endArguments = (ends: ReadonlyMap<OutputTopic, number>): string[] => {
  checkEnds(ends);
  return [...ends].flatMap(([topic, end]) => [topic, String(end)]);
};

/**
 * The lane store on Redis. Calls reject when Redis can't be reached in time (see createRedis); every one of them may
 * then be made again. The client stays the caller's until `close`, which ends it.
 */
export const createRedisLaneStore = (client: RedisClient, options: RedisLaneStoreOptions = {}): LaneStore => {
  const names = keyNames(options.prefix ?? DEFAULT_PREFIX);
  const seenSeconds = options.seenSeconds ?? 30 * DAYS;
  return {
    claim: (lane, lanes) => claim(client, names.lane(lane), lane, lanes),
    async held(lane) {
      const [token = null, version = null] = await client.hmget(names.lane(lane).lane, 'token', 'version');
      return { token, version: Number(version ?? 0) };
    },
    async orderIds(lane, index, after, limit) {
      const keys = names.lane(lane);
      return client.zrangebylex(index === null ? keys.orders : keys.indexOf + index, after === null ? '-' : `(${after}`, '+', 'LIMIT', 0, limit);
    },
    load: (lane, orderIds) => loadOrders(client, names.lane(lane), orderIds),
    forgotten: (lane, orderIds) => wereForgotten(client, names.lane(lane), orderIds),
    pass: (lane, after, limit) => passOrders(client, names.lane(lane), after, limit),
    async due(lane, before, limit) {
      const found = await client.zrangebyscore(names.lane(lane).due, '-inf', `(${String(before)}`, 'WITHSCORES', 'LIMIT', 0, limit);
      return pairsOf(found).map(({ orderId, score }) => ({ orderId, at: score }));
    },
    async nextDue(lane) {
      const [first] = pairsOf(await client.zrange(names.lane(lane).due, '0', '0', 'WITHSCORES'));
      return first?.score ?? null;
    },
    async commit(lane, change) {
      checkCommit(change);
      return commit(client, names.lane(lane), change);
    },
    async trim(lane, token, seq, ends) {
      const keys = names.lane(lane);
      return (await run(client, TRIM, [keys.lane, keys.outbox], [token, String(seq), ...endArguments(ends)])) === 1;
    },
    async dirty(lane, limit) {
      if (limit <= 0) return [];
      const found = await client.zrange(names.lane(lane).dirty, '0', String(limit - 1), 'WITHSCORES');
      return pairsOf(found).map(({ orderId, score }) => ({ orderId, mark: score }));
    },
    async clean(lane, token, orders, ends) {
      const keys = names.lane(lane);
      const marks = pack(orders.flatMap(({ orderId, mark }) => [orderId, String(mark)]));
      return (await run(client, CLEAN, [keys.lane, keys.dirty], [token, marks, ...endArguments(ends)])) === 1;
    },
    async halt(lane, token, halt) {
      return (await run(client, HALT, [names.lane(lane).lane], [token, writeHalt(halt)])) === 1;
    },
    clear: (lane, token) => clearLane(client, names.lane(lane), token),
    firstSeen: (keys) => firstSeen(client, names, seenSeconds, keys),
    async close() {
      // Without a connection there is nobody to say goodbye to, and nothing to wait for.
      if (client.status === 'ready') await client.quit().catch(() => undefined);
      client.disconnect();
    },
  };
};
