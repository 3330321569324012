import { script } from '../script.js';

/**
 * KEYS  1 leaves of all orders by their earliest deadline
 * ARGV  1 beginning of the leaves' keys, 2 ms, 3 how many orders are asked for
 * Answers { order, deadline, order, deadline... } in no order: of the deadlines before that instant at least so many of the first.
 * Changes nothing.
 */
export const DUE = script('due', `
local limit = tonumber(ARGV[3])
local leaves = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[2], 'WITHSCORES', 'LIMIT', 0, limit)
local upto = '(' .. ARGV[2]
-- Each of these leaves has one that is due until then.
if #leaves / 2 >= limit then upto = leaves[#leaves] end
local found, first = {}, 0
for i = 1, #leaves, 2 do
  -- Leaves come by their earliest deadline, those of one instant by their names: what is due of a leaf at its own earliest comes before all that
  -- the leaves after it have. Thousands of leaves may have the same: of promises by the day all fall due at midnight.
  if first >= limit then break end
  local earliest = leaves[i + 1]
  local values = redis.call('ZRANGEBYSCORE', ARGV[1] .. leaves[i], '-inf', upto, 'WITHSCORES')
  for j = 1, #values, 2 do
    found[#found + 1] = values[j]
    found[#found + 1] = values[j + 1]
    if values[j + 1] == earliest then first = first + 1 end
  end
end
return found
`);
