import { script } from '../script.js';

/**
 * KEYS  1 set of admitted names
 * ARGV  1 how many there may be, 2... names
 * Admits names in their order while there is room. Answers a list: 1 admitted, 0 not.
 */
export const ADMIT = script('admit', `
local room = tonumber(ARGV[1]) - redis.call('SCARD', KEYS[1])
local answers = {}
for i = 2, #ARGV do
  if redis.call('SISMEMBER', KEYS[1], ARGV[i]) == 1 then answers[i - 1] = 1
  elseif room > 0 then
    redis.call('SADD', KEYS[1], ARGV[i])
    room = room - 1
    answers[i - 1] = 1
  else answers[i - 1] = 0 end
end
return answers
`);
