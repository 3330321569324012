import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { losses, sentParcels } from './orders-in-trouble.js';
import { type Stage, until } from './touchpoint.js';

/** Sends lines of NDJSON as a user does. */
export async function produce(stage: Stage, text: string): Promise<void> {
  const file = join(mkdtempSync(join(tmpdir(), 'touchpoint-')), 'orders.ndjson');
  writeFileSync(file, text);
  const { code, stderr } = await stage.run(['produce', file]);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('rror')]);
}

/** Parcels are lost whose orders are known by then; a worker has to run. */
export async function produceKnownAndLost(stage: Stage, name: string, count: number): Promise<void> {
  const known = async (): Promise<number> => (await stage.counts())['orders']?.applied ?? 0;
  const now = Date.now();
  const before = await known();
  await produce(stage, sentParcels(name, count, now));
  await until('the orders to be known', 60_000, async () => (await known()) >= before + count);
  await produce(stage, losses(name, count, now));
}
