import { script } from '../script.js';

/**
 * KEYS  1 string: how the alert is told, `alone` or `<severity>:<change>`, 2 string: how many of the team's were told alone in this hour
 * ARGV  1 severity, 2 change, 3 how many may be, 4 '1' of an end, 5 seconds to remember the alert, 6 seconds to remember the number
 * Answers `alone`, `digest` or `nothing`.
 */
export const DECIDE_TELLING = script('decide-telling', `
local known = redis.call('GET', KEYS[1])
if known then redis.call('EXPIRE', KEYS[1], ARGV[5]) end
if known == 'alone' then return 'alone' end
if known then
  local severity, change = string.match(known, '^(%a+):(.*)$')
  if change == ARGV[2] then return 'digest' end
  if ARGV[4] == '1' or severity == 'critical' or ARGV[1] == 'warning' then return 'nothing' end
end
if ARGV[4] == '1' then return 'alone' end
local told = redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[6])
if told <= tonumber(ARGV[3]) then
  redis.call('SET', KEYS[1], 'alone', 'EX', ARGV[5])
  return 'alone'
end
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2], 'EX', ARGV[5])
return 'digest'
`);
