import { script } from '../script.js';

/**
 * KEYS  1 lane, 2 outbox
 * ARGV  1 new token, 2 partition count, 3 format version of this code, 4 the first that kept orders as it does (arrange-lane.ts)
 * Makes the token the lane's, and the format ours; a lane of an older arrangement has to be arranged from then on. Answers { format, fields and values of the lane, outbox }, or { format } alone,
 * with nothing changed, where that is newer than ours.
 */
export const CLAIM = script('claim', `
local format = redis.call('HGET', KEYS[1], 'format')
if format and tonumber(format) > tonumber(ARGV[3]) then return { format } end
-- Before the first write: a key of another type refuses to be read.
local outbox = redis.call('LRANGE', KEYS[2], 0, -1)
if format then
  redis.call('HSET', KEYS[1], 'token', ARGV[1], 'format', ARGV[3])
  if tonumber(format) < tonumber(ARGV[4]) then redis.call('HSET', KEYS[1], 'arranging', format) end
else
  redis.call('HSET', KEYS[1], 'token', ARGV[1], 'format', ARGV[3], 'lanes', ARGV[2], 'version', '0', 'seq', '0')
end
return { ARGV[3], redis.call('HGETALL', KEYS[1]), outbox }
`);
