import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createStage, type Stage } from '../support/touchpoint.js';

/** `touchpoint simulate`: the shop on Kafka. */

let stage: Stage;
beforeAll(async () => { stage = await createStage(); });
afterAll(() => stage.close());

const orderIds = async (): Promise<string[]> => (await stage.read('orders')).map(({ key }) => String(key));

describe('touchpoint simulate', () => {
  test('tells the past days and what happens then, keyed by order, and ends when its time is up', async () => {
    const { code, stdout, stderr } = await stage.run(['simulate', '--days', '1', '--rate', '20', '--seed', 'one', '--seconds', '3']);
    expect([code, stderr.includes('the shop is open')]).toEqual([0, true]);
    const told = Number(/^([\d,]+) events acknowledged/.exec(stdout)?.[1]?.replaceAll(',', ''));
    const ids = await orderIds();
    expect(told).toBeGreaterThan(ids.length);
    expect(ids.filter((id) => id.startsWith('parcel-one-')).length).toBeGreaterThan(5);
    // Five minutes of the courier's work come at once, and three seconds as they happen.
    expect(ids.filter((id) => id.startsWith('courier-one-')).length).toBeGreaterThan(5_000);
  });

  test('each start is another shop, unless a seed says otherwise', async () => {
    const before = new Set(await orderIds());
    expect((await stage.run(['simulate', '--days', '0', '--rate', '5', '--seconds', '1'])).code).toBe(0);
    const added = (await orderIds()).filter((id) => !before.has(id));
    expect(added.length).toBeGreaterThan(100);
    expect(added.filter((id) => id.includes('-one-'))).toEqual([]);
  });

  test.each([['--rate', '0'], ['--days', '-1'], ['--days', 'x'], ['--seconds', '']])('%s %s is no use of it', async (option, value) => {
    const { code, stderr } = await stage.run(['simulate', option, value]);
    expect([code, stderr.startsWith(`${option} ${value}: expected`)]).toEqual([2, true]);
  });
});
