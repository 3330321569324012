import { hash } from 'node:crypto';
import type { LaneKeys } from './keys.js';
import { listOf, run, type RedisClient } from './script.js';
import { pack } from './pack.js';
import { FORGOTTEN } from './scripts/forgotten.js';

/**
 * What is left of an order that was given up: eight bytes of its id's digest, appended to one of 4,096 strings per lane, which another part
 * of the digest chooses. A set would take ten times the memory, and they are asked for once per order.
 */
export interface Trace {
  readonly part: string;
  readonly bytes: Buffer;
}

export const traceOf = (orderId: string): Trace => {
  const digest = hash('sha1', orderId, 'buffer');
  return { part: digest.toString('hex', 8, 10).slice(0, 3), bytes: digest.subarray(0, 8) };
};

/** Asked together at the most: Redis serves nobody else meanwhile. */
const AT_ONCE = 1_000;

/** Of each order: did the lane give it up? */
export const wereForgotten = async (client: RedisClient, keys: LaneKeys, orderIds: readonly string[]): Promise<boolean[]> => {
  const answers: boolean[] = [];
  for (let from = 0; from < orderIds.length; from += AT_ONCE) {
    const traces = orderIds.slice(from, from + AT_ONCE).map(traceOf);
    const asked = pack(traces.flatMap(({ part, bytes }) => [part, bytes]));
    for (const answer of listOf(await run(client, FORGOTTEN, [keys.lane], [keys.forgottenOf, asked]), 'a list')) answers.push(answer === 1);
  }
  return answers;
};
