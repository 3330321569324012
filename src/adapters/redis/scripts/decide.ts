import { script } from '../script.js';

/**
 * KEYS  1 lane
 * ARGV  1 halt ('': none), 2 decision, 3 new token
 * Answers 1, or 0 with nothing changed where another halt stands, or none, or the lane was never claimed.
 */
export const DECIDE = script('decide', `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if (redis.call('HGET', KEYS[1], 'halt') or '') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'halt')
redis.call('HSET', KEYS[1], 'decision', ARGV[2], 'token', ARGV[3])
return 1
`);
