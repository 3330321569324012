import { script } from '../script.js';

/**
 * KEYS  1 lane
 * ARGV  1 token, 2 halt
 * Answers 1, or 0 with nothing changed under a foreign token.
 */
export const HALT = script('halt', `
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'halt', ARGV[2])
return 1
`);
