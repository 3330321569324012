import { script } from '../script.js';
import { KEEP_ENDS } from './keep-ends.js';

/**
 * KEYS  1 lane, 2 outbox
 * ARGV  1 token, 2 seq, then pairs of output topic and end
 * Drops the outbox entries whose last seq is at most `seq`. Answers 1, or 0 with nothing changed under a foreign token, or
 * where the lane has not given out `seq`: then the store went back, and ends moved beyond it would hide that.
 */
export const TRIM = script('trim', `${KEEP_ENDS}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local seq = tonumber(ARGV[2])
if seq > tonumber(redis.call('HGET', KEYS[1], 'seq') or 0) then return 0 end
local gone = 0
while true do
  local span = redis.call('LINDEX', KEYS[2], gone)
  if not span or tonumber(string.match(span, '%d+$')) > seq then break end
  gone = gone + 2
end
if gone > 0 then redis.call('LTRIM', KEYS[2], gone, -1) end
keep_ends(KEYS[1], 3)
return 1
`);
