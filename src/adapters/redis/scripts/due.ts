import { script } from '../script.js';

/**
 * KEYS  1 leaves of all orders by their earliest deadline
 * ARGV  1 beginning of the leaves' keys, 2 ms, 3 how many orders are asked for
 * Answers { order, deadline, order, deadline... } in no order: of the deadlines before that instant at least so many of the first.
 * Changes nothing.
 */
export const DUE = script('due', `
local leaves = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[2], 'WITHSCORES', 'LIMIT', 0, ARGV[3])
local upto = '(' .. ARGV[2]
-- Each of these leaves has one that is due until then.
if #leaves / 2 >= tonumber(ARGV[3]) then upto = leaves[#leaves] end
local found = {}
for i = 1, #leaves, 2 do
  for _, value in ipairs(redis.call('ZRANGEBYSCORE', ARGV[1] .. leaves[i], '-inf', upto, 'WITHSCORES')) do found[#found + 1] = value end
end
return found
`);
