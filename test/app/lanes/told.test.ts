import { expect, test } from '@jest/globals';
import { createToldTelemetry, tell, type Told } from '../../../src/app/lanes/told.js';
import type { Telemetry } from '../../../src/pipeline/ports.js';

/** Telemetry that writes down how it was called. */
function written() {
  const calls: unknown[][] = [];
  const telemetry = new Proxy({}, { get: (_, name) => (...args: unknown[]) => void calls.push([name, ...args]) }) as Telemetry;
  return { telemetry, calls };
}

/** As it comes out at another thread. */
const carried = (told: readonly Told[]): unknown[][] => {
  const { telemetry, calls } = written();
  tell(telemetry, structuredClone(told));
  return calls;
};

test('what a thread tells is told again in its order, once', () => {
  const { telemetry, take } = createToldTelemetry();
  telemetry.laneClaimed(3, 17);
  telemetry.event('billing', 'applied', 4);
  telemetry.laneHalted(3, { name: 'records_lost', message: 'gone', since: 5 });
  expect(carried(take())).toEqual([['laneClaimed', 3, 17], ['event', 'billing', 'applied', 4], ['laneHalted', 3, { name: 'records_lost', message: 'gone', since: 5 }]]);
  expect(carried(take())).toEqual([]);
});

test('derived records are counted by kind', () => {
  const { telemetry, take } = createToldTelemetry();
  telemetry.derived('signal.opened', 'lost', 1);
  telemetry.derived('signal.opened', 'damaged', 1);
  telemetry.derived('signal.opened', 'lost', 2);
  expect(carried(take())).toEqual([['derived', 'signal.opened', 'lost', 3], ['derived', 'signal.opened', 'damaged', 1]]);
  telemetry.derived('signal.opened', 'lost', 1);
  expect(carried(take())).toEqual([['derived', 'signal.opened', 'lost', 1]]);
});

test('whose a lane is gets told at once, with all that was told before', () => {
  const arrived: unknown[][] = [];
  const { telemetry, take } = createToldTelemetry(() => { arrived.push(...carried(take())); });
  telemetry.laneClaimed(2, 17);
  expect(arrived.splice(0)).toEqual([['laneClaimed', 2, 17]]);
  telemetry.lag('orders', 2, 7);
  expect(arrived).toEqual([]);
  telemetry.laneDropped(2, 'the group gave it to another worker');
  expect(arrived.splice(0)).toEqual([['lag', 'orders', 2, 7], ['laneDropped', 2, 'the group gave it to another worker']]);
  telemetry.laneHalted(2, { name: 'records_lost', message: 'gone', since: 5 });
  expect(arrived).toEqual([['laneHalted', 2, { name: 'records_lost', message: 'gone', since: 5 }]]);
});

test('an error arrives with its name, message, stack and cause, whatever hangs on it', () => {
  const { telemetry, take } = createToldTelemetry();
  const cause = new TypeError('no such port', { cause: () => undefined });
  const error = Object.assign(new Error('no such place', { cause }), { name: 'ConnectionFault', socket: () => undefined });
  telemetry.retrying(-1, 'look', error, 500);
  const [[, , , arrived] = []] = carried(take());
  expect(arrived).toMatchObject({ name: 'ConnectionFault', message: 'no such place', stack: error.stack, cause: { name: 'TypeError', message: 'no such port' } });
});

test('a copy of it tells the same', () => {
  const { telemetry, take } = createToldTelemetry();
  const copy = { ...telemetry };
  copy.lag('orders', 0, 7);
  copy.detected(12);
  expect(carried(take())).toEqual([['lag', 'orders', 0, 7], ['detected', 12]]);
});
