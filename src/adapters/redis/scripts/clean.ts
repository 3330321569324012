import { script } from '../script.js';
import { KEEP_ENDS } from './keep-ends.js';

/**
 * KEYS  1 lane, 2 dirty
 * ARGV  1 token, 2 packed list of order, mark, order, mark..., then pairs of output topic and end
 * Clears the marks that still stand: an order changed since keeps its newer one. Answers 1, or 0 with nothing changed
 * under a foreign token.
 */
export const CLEAN = script('clean', `${KEEP_ENDS}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local CHUNK = 1000
local marks = cmsgpack.unpack(ARGV[2])
local orders, cleaned = {}, {}
for i = 1, #marks, 2 do orders[#orders + 1] = marks[i] end
for first = 1, #orders, CHUNK do
  local there = redis.call('ZMSCORE', KEYS[2], unpack(orders, first, math.min(first + CHUNK - 1, #orders)))
  for i, mark in ipairs(there) do
    local at = first + i - 1
    if mark and tonumber(mark) == tonumber(marks[2 * at]) then cleaned[#cleaned + 1] = orders[at] end
  end
end
for first = 1, #cleaned, CHUNK do redis.call('ZREM', KEYS[2], unpack(cleaned, first, math.min(first + CHUNK - 1, #cleaned))) end
keep_ends(KEYS[1], 3)
return 1
`);
