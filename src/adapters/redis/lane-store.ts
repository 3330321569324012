import { randomUUID } from 'node:crypto';
import type { OutputTopic } from '../../contracts/names.js';
import { checkCommit, checkEnds } from '../../pipeline/check-commit.js';
import { LANE_FORMAT, NewerLaneFormatError } from '../../pipeline/lane-format.js';
import type { ClaimedLane, CommitAnswer, DirtyOrder, LaneCommit, LaneStore } from '../../pipeline/ports.js';
import { ARRANGED_SINCE, arrangeLane, type TellArranging } from './arrange-lane.js';
import { commitArguments, commitKeys } from './commit-arguments.js';
import { clearLane } from './clear-lane.js';
import { dueBefore, earliestDeadline } from './deadlines.js';
import { firstSeen } from './first-seen.js';
import { wereForgotten } from './forgotten.js';
import { DEFAULT_PREFIX, keyNames, type LaneKeys } from './keys.js';
import { fieldsOf, readLane, writeHalt } from './lane-fields.js';
import { idsAfter, setOf } from './leaves.js';
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
  /** Told when a claimed lane is moved from where an older version kept it, which may take a minute for millions of orders: how many orders; null: done. */
  readonly onArranging?: (lane: number, orders: number | null) => void;
}

const DAYS = 86_400;

const claim = async (client: RedisClient, keys: LaneKeys, lane: number, lanes: number, tell: TellArranging): Promise<ClaimedLane> => {
  const token = randomUUID();
  const args = [token, String(lanes), String(LANE_FORMAT), String(ARRANGED_SINCE)];
  const [format, listed, outbox] = listOf(await run(client, CLAIM, [keys.lane, keys.outbox], args), 'a claim');
  if (listed === undefined) throw new NewerLaneFormatError(lane, wholeOf(format, 'a format version'));
  const fields = fieldsOf(listOf(listed, 'the fields of a lane'));
  // Where somebody else claims the lane meanwhile, this token is worthless, which the first write with it tells.
  if (fields.has('arranging')) await arrangeLane(client, keys, token, tell);
  return readLane(fields, listOf(outbox, 'an outbox'));
};

const commit = async (client: RedisClient, keys: LaneKeys, change: LaneCommit): Promise<CommitAnswer> => {
  const [token, version] = listOf(await run(client, COMMIT, commitKeys(keys), commitArguments(keys, change)), 'a commit');
  return {
    token: token === null ? null : textOf(token, 'a token'),
    version: version === null ? 0 : wholeOf(version, 'a version'),
  };
};

/** Pairs of order and mark, as Redis lists them. */
const marksOf = (reply: readonly string[]): DirtyOrder[] => {
  const pairs: DirtyOrder[] = [];
  for (let i = 0; i + 1 < reply.length; i += 2) pairs.push({ orderId: reply[i] ?? '', mark: Number(reply[i + 1]) });
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
    claim: (lane, lanes) => claim(client, names.lane(lane), lane, lanes, (orders) => options.onArranging?.(lane, orders)),
    async held(lane) {
      const [token = null, version = null] = await client.hmget(names.lane(lane).lane, 'token', 'version');
      return { token, version: Number(version ?? 0) };
    },
    orderIds: (lane, index, after, limit) => idsAfter(client, names.lane(lane), setOf(index), after, limit),
    load: (lane, orderIds) => loadOrders(client, names.lane(lane), orderIds),
    forgotten: (lane, orderIds) => wereForgotten(client, names.lane(lane), orderIds),
    pass: (lane, after, limit) => passOrders(client, names.lane(lane), after, limit),
    due: (lane, before, limit) => dueBefore(client, names.lane(lane), before, limit),
    nextDue: (lane) => earliestDeadline(client, names.lane(lane)),
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
      return marksOf(await client.zrange(names.lane(lane).dirty, '0', String(limit - 1), 'WITHSCORES'));
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
