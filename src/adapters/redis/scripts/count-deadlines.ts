import { script } from '../script.js';

/**
 * KEYS  1 names of the leaves of all orders
 * ARGV  1 beginning of the leaves' keys, 2 from which name on, as ZRANGEBYLEX has it ('-': from the first leaf), 3 how many leaves
 * Answers { how many orders of these leaves have a deadline, the last of their names or nothing where there are no more }. Changes nothing.
 */
export const COUNT_DEADLINES = script('count-deadlines', `
local leaves = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[2], '+', 'LIMIT', 0, ARGV[3])
local last = leaves[tonumber(ARGV[3])]
if ARGV[2] == '-' then leaves[#leaves + 1] = '' end
local sum = 0
for _, leaf in ipairs(leaves) do sum = sum + redis.call('ZCOUNT', ARGV[1] .. leaf, '-inf', '(inf') end
return { sum, last }
`);
