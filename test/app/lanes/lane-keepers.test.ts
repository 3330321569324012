import { expect, test } from '@jest/globals';
import { createLogger } from '../../../src/adapters/telemetry/logger.js';
import { createTelemetry } from '../../../src/adapters/telemetry/telemetry.js';
import { createLaneKeepers } from '../../../src/app/lanes/lane-keepers.js';

/** Two threads of one process, and what is seen of them from outside. */
function twoThreads() {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', pretty: false, destination: { write: (text: string) => void lines.push((JSON.parse(text) as { event: string }).event) } });
  const telemetry = createTelemetry({ logger, processMetrics: false });
  const toldBy = createLaneKeepers(telemetry);
  const series = async (): Promise<string[]> => (await telemetry.registry.metrics()).split('\n').filter((line) => line.includes('partition="3"'));
  return { first: toldBy(1), second: toldBy(2), series, lines };
}
const HALT = { name: 'records_lost', message: 'gone', since: 5 };

test('a thread that finds out late that another has its lane takes nothing of that one back', async () => {
  const { first, second, series, lines } = twoThreads();
  first.laneClaimed(3, 1);
  first.lag('orders', 3, 7);
  second.laneClaimed(3, 2);
  second.catchingUp(3, 'rewind');
  second.schemaWaiting(3, 1);
  first.lag('orders', 3, 8);
  first.schemaWaiting(3, 0);
  first.laneDropped(3, 'the group gave it to another worker');
  expect(await series()).toEqual(expect.arrayContaining(['cx_lane_catching_up{partition="3"} 1', 'cx_schema_waiting{partition="3"} 1', 'cx_lag_records{topic="orders",partition="3"} 7']));
  expect(lines).toEqual(['lane.claimed', 'lane.claimed', 'lane.catching_up']);
});

test('nor that the lane stands still', async () => {
  const { first, second, series } = twoThreads();
  first.laneHalted(3, HALT);
  second.laneHalted(3, HALT);
  first.laneDropped(3, 'the group gave it to another worker');
  expect(await series()).toEqual(['cx_lane_halted{partition="3",name="records_lost"} 1']);
  second.laneDropped(3, 'the group gave it to another worker');
  expect(await series()).toEqual([]);
});

test('a lane that goes to another process is gone, and may come back to either thread', async () => {
  const { first, second, series, lines } = twoThreads();
  first.laneClaimed(3, 1);
  first.timeReached(3, 5_000);
  first.laneDropped(3, 'another owner claimed it');
  expect(await series()).toEqual([]);
  second.laneClaimed(3, 2);
  second.timeReached(3, 6_000);
  expect(await series()).toEqual(['cx_time_reached_seconds{partition="3"} 6']);
  second.laneDropped(3, 'another owner claimed it');
  // Assigned, and gone before it was claimed.
  first.laneDropped(3, 'the group gave it to another worker');
  expect(lines.filter((event) => event === 'lane.dropped')).toHaveLength(3);
});
