import { script } from '../script.js';

/**
 * KEYS  1 lane, then keys of the same lane
 * ARGV  1 token
 * Deletes all keys but the first, and of that how many orders the lane gave up. Answers 1, or 0 with nothing changed under a foreign token.
 */
export const CLEAR = script('clear', `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'forgotten')
for i = 2, #KEYS do redis.call('UNLINK', KEYS[i]) end
return 1
`);
