import { script } from '../script.js';

/**
 * KEYS  1 lane
 * ARGV  1 halt
 * Answers 1, or 0 with nothing changed where this halt no longer stands.
 */
export const LIFT = script('lift', `
if redis.call('HGET', KEYS[1], 'halt') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'halt')
return 1
`);
