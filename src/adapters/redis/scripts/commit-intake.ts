import { script } from '../script.js';
import { IN_CHUNKS } from './in-chunks.js';

/**
 * KEYS  1 lane, 2 outbox, 3 waits; the keys of values are made from the beginning below, which carries the same hash tag
 * ARGV  1 token, 2 base version, 3 beginning of values' keys, 4 seconds that values are kept,
 *       5 span of the outbox entry ('' when there is none), 6 its records,
 *       7 packed list of
 *         1 lane:     field, value, field, value... (with the next version)
 *         2 values:   id, value, id, value...
 *         3 waits:    number, value, number, value...
 *         4 released: number, number...
 * Answers { token, version } as they are after the call; nothing has changed unless both were as given.
 *
 * As in scripts/commit.ts every check comes before the first write: keys of another type refuse to be measured, and SET takes any.
 */
export const COMMIT_INTAKE = script('commit-intake', `${IN_CHUNKS}
local held = redis.call('HMGET', KEYS[1], 'token', 'version')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return held end
local change = cmsgpack.unpack(ARGV[7])
redis.call('LLEN', KEYS[2])
redis.call('HLEN', KEYS[3])

in_chunks('HSET', KEYS[1], change[1])
local values = change[2]
for i = 1, #values, 2 do redis.call('SET', ARGV[3] .. values[i], values[i + 1], 'EX', ARGV[4]) end
in_chunks('HSET', KEYS[3], change[3])
in_chunks('HDEL', KEYS[3], change[4])
if ARGV[5] ~= '' then redis.call('RPUSH', KEYS[2], ARGV[5], ARGV[6]) end
return redis.call('HMGET', KEYS[1], 'token', 'version')
`);
