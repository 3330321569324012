import { script } from '../script.js';

/**
 * KEYS  1 any key: on a cluster it decides whose clock answers
 * Answers { seconds, microseconds } since the epoch.
 */
export const TIME = script('time', `return redis.call('TIME')`);
