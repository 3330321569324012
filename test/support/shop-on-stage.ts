import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { foldedJourney } from './derived.js';
import { ndjson, type Stage, touchpoint, until, type WorkerProcess } from './touchpoint.js';

/** A shop's orders of last year, as events on a stage's topics and as a replay judges them. */
export interface ShopOnStage {
  readonly journeys: readonly Record<string, unknown>[];
}

export async function loadShop(stage: Stage, orders: number): Promise<ShopOnStage> {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-shop-'));
  const input = join(directory, 'events.ndjson');
  writeFileSync(input, [...simulateNdjson({ seed: 'stage', start: Date.UTC(2025, 0, 1), orders })].join(''));
  expect(await stage.run(['produce', input])).toMatchObject({ code: 0 });
  const sources = 'orders,logistics,billing,notifications,contacts,feedback,incidents,audits,refunds';
  expect(await touchpoint(['replay', input, '--out', directory, '--as-of', new Date().toISOString(), '--sources', sources])).toMatchObject({ code: 0 });
  return { journeys: ndjson(join(directory, 'journeys.ndjson')) };
}

/** Waits until every order is told over HTTP as the replay judged it. */
export async function readShop(worker: WorkerProcess, { journeys }: ShopOnStage): Promise<void> {
  type Journey = Parameters<typeof foldedJourney>[0];
  const differing = async (): Promise<unknown> => {
    for (const journey of journeys) {
      const answer = await fetch(`${worker.url}/v1/orders/${String(journey['orderId'])}`);
      if (answer.status !== 200) return `${String(journey['orderId'])}: ${answer.status}`;
      const [found, expected] = [foldedJourney((await answer.json()) as Journey), foldedJourney(journey as unknown as Journey)];
      if (JSON.stringify(found) !== JSON.stringify(expected)) return { orderId: journey['orderId'], found, expected };
    }
    return null;
  };
  let last: unknown = null;
  await until('the orders as the replay has them', 40_000, async () => (last = await differing()) === null).catch((error: unknown) => {
    expect(last).toBeNull();
    throw error;
  });
}
