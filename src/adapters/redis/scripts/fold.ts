import { script } from '../script.js';
import { IN_CHUNKS } from './in-chunks.js';

/**
 * KEYS  1 lane, 2 journal of measures; the keys of cells are made from the beginning below, which carries the same hash tag
 * ARGV  1 token, 2 entries folded before, 3 entries that go now, 4 beginning of cells' keys,
 *       5 packed list of { place key, { field, sums, field, sums... }, { field gone, field gone... } }
 * Answers 1, or 0 with nothing changed: the token is foreign, or the journal isn't where the caller read it.
 * As in scripts/commit.ts every check comes before the first write.
 */
export const FOLD = script('fold', `${IN_CHUNKS}
local held = redis.call('HMGET', KEYS[1], 'token', 'folded')
if held[1] ~= ARGV[1] or (held[2] or '0') ~= ARGV[2] then return 0 end
local entries = tonumber(ARGV[3])
if redis.call('LLEN', KEYS[2]) < entries then return 0 end
local groups = cmsgpack.unpack(ARGV[5])
for _, group in ipairs(groups) do redis.call('HLEN', ARGV[4] .. group[1]) end

redis.call('HSET', KEYS[1], 'folded', tostring(tonumber(ARGV[2]) + entries))
if entries > 0 then redis.call('LTRIM', KEYS[2], entries, -1) end
for _, group in ipairs(groups) do
  in_chunks('HDEL', ARGV[4] .. group[1], group[3])
  in_chunks('HSET', ARGV[4] .. group[1], group[2])
end
return 1
`);
