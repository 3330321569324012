import { describe, expect, test } from '@jest/globals';
import type { MeasureRow } from '../../../src/contracts/measures.js';
import { createLogger } from '../../../src/adapters/telemetry/logger.js';
import { createTelemetry } from '../../../src/adapters/telemetry/telemetry.js';
import type { Schedule } from '../../../src/adapters/telemetry/digest.js';

interface Line {
  readonly level: string;
  readonly event: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A clock that is turned by hand. */
function handTurned(): { readonly schedule: Schedule; readonly advance: (ms: number) => void; readonly waiting: () => number } {
  let now = 0;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    schedule: (run, ms) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => (timers = timers.filter((one) => one !== timer));
    },
    advance(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { run } of due) run();
    },
    waiting: () => timers.length,
  };
}

function listening(level = 'info', faultWords: (error: Error) => string | null = () => null) {
  const lines: Line[] = [];
  const clock = handTurned();
  const logger = createLogger({ level, pretty: false, destination: { write: (text: string) => void lines.push(JSON.parse(text) as Line) } });
  return { lines, clock, telemetry: createTelemetry({ logger, processMetrics: false, schedule: clock.schedule, faultWords }) };
}

const sample = async ({ registry }: ReturnType<typeof createTelemetry>, series: string): Promise<string | undefined> =>
  (await registry.metrics()).split('\n').find((line) => line.startsWith(`${series} `))?.slice(series.length + 1);

describe('metrics', () => {
  test('have the names and labels of the contract', async () => {
    const { telemetry } = listening();
    telemetry.event('orders', 'applied', 3);
    telemetry.event('orders', 'applied', 2);
    telemetry.derived('signal.opened', 'late_delivery', 2);
    telemetry.detected(30);
    telemetry.detected(-5);
    telemetry.committed(1, 4, 250);
    telemetry.timeReached(1, 1_700_000_000_500);
    telemetry.lag('billing', 1, 17);
    telemetry.deadLetter(1, { topic: 'orders', offset: 9 }, 'not_json', 'no JSON');
    expect(await sample(telemetry, 'cx_events_total{topic="orders",outcome="applied"}')).toBe('5');
    expect(await sample(telemetry, 'cx_derived_total{type="signal.opened",name="late_delivery"}')).toBe('2');
    expect(await sample(telemetry, 'cx_detect_seconds_count')).toBe('2');
    expect(await sample(telemetry, 'cx_detect_seconds_sum')).toBe('0.03');
    expect(await sample(telemetry, 'cx_commit_seconds_sum')).toBe('0.004');
    expect(await sample(telemetry, 'cx_time_reached_seconds{partition="1"}')).toBe('1700000000.5');
    expect(await sample(telemetry, 'cx_lag_records{topic="billing",partition="1"}')).toBe('17');
    expect(await sample(telemetry, 'cx_dead_letters_total{topic="orders",reason="not_json"}')).toBe('1');
  });

  test('measures are shown as gauges, without values of places and answers, and leave when they are not defined any more', async () => {
    const { telemetry } = listening();
    const rate = { measure: 'on_time_rate', window: '24h', unit: 'ratio', target: 'baseline', cohort: 'due' } as const;
    const standing = { open: 7, verdicts: new Map([['poor', 2] as const]) };
    telemetry.measured([{ ...rate, value: 0.5 }, { ...rate, value: 0.1, by: { carrier: 'x' } }, { measure: 'nps', window: '24h', unit: 'points', value: 3, task: 'pay' }], standing);
    expect(await sample(telemetry, 'cx_measure{measure="on_time_rate",window="24h",target="baseline",cohort="due"}')).toBe('0.5');
    expect((await telemetry.registry.metrics()).match(/^cx_measure\{/gm)).toHaveLength(1);
    expect(await sample(telemetry, 'cx_orders_open')).toBe('7');
    expect(await sample(telemetry, 'cx_orders{verdict="poor"}')).toBe('2');
    expect(await sample(telemetry, 'cx_orders{verdict="failed"}')).toBe('0');
    telemetry.measured([{ ...rate, value: null }], { open: 0, verdicts: new Map() });
    expect((await telemetry.registry.metrics()).match(/^cx_measure\{/gm)).toBeNull();
    expect(await sample(telemetry, 'cx_orders{verdict="poor"}')).toBe('0');
  });

  test('measures by place are shown as main figures, of the 25 values with the most orders', async () => {
    const { telemetry } = listening();
    const carriers = Array.from({ length: 30 }, (_, i) => `carrier-${String(i).padStart(2, '0')}`);
    const rows = carriers.flatMap((carrier, i): MeasureRow[] => [
      { measure: 'orders_placed', window: '7d', by: { carrier }, unit: 'orders', value: i },
      { measure: 'on_time_rate', window: '7d', by: { carrier }, unit: 'ratio', target: 'baseline', cohort: 'due', value: i === 29 ? null : 0.5 },
      { measure: 'on_time_rate', window: '7d', by: { carrier }, unit: 'ratio', target: 'latest', cohort: 'due', value: 1 },
      { measure: 'signal_count', window: '7d', by: { carrier }, unit: 'orders', signal: 'lost', value: 1 },
    ]);
    telemetry.measured(rows, { open: 0, verdicts: new Map() });
    const lines = (await telemetry.registry.metrics()).split('\n').filter((line) => line.startsWith('cx_measure_by{'));
    const shown = (measure: string): string[] => lines.filter((line) => line.includes(`measure="${measure}"`)).map((line) => /value="([^"]+)"/.exec(line)?.[1] ?? '');
    expect(shown('orders_placed').sort()).toEqual(carriers.slice(5));
    expect(shown('on_time_rate').sort()).toEqual(carriers.slice(5, 29));
    expect(lines).toHaveLength(25 + 24);
    expect(lines).toContain('cx_measure_by{measure="on_time_rate",window="7d",key="carrier",value="carrier-07"} 0.5');
    telemetry.measured([], { open: 0, verdicts: new Map() });
    expect((await telemetry.registry.metrics()).match(/^cx_measure_by\{/gm)).toBeNull();
  });

  test('readiness is 1 or 0', async () => {
    const { telemetry } = listening();
    telemetry.ready(true);
    expect(await sample(telemetry, 'cx_ready')).toBe('1');
    telemetry.ready(false);
    expect(await sample(telemetry, 'cx_ready')).toBe('0');
  });

  test('one version of the rules is in force, and a refused configuration shows', async () => {
    const { telemetry } = listening();
    telemetry.rulesInForce('default-1', 1_000);
    telemetry.rulesRefused([{ path: 'severities.lost', line: 2, message: 'expected a severity' }]);
    expect([await sample(telemetry, 'cx_config_reload_success'), await sample(telemetry, 'cx_config_reload_timestamp_seconds')]).toEqual(['0', '1']);
    telemetry.rulesInForce('custom-1', 5_000);
    expect([await sample(telemetry, 'cx_config_reload_success'), await sample(telemetry, 'cx_config_reload_timestamp_seconds')]).toEqual(['1', '5']);
    expect((await telemetry.registry.metrics()).match(/^cx_rules_info\{.*$/gm)).toEqual(['cx_rules_info{version="custom-1"} 1']);
  });

  test('series of outcomes that have not occurred are there, at 0', async () => {
    expect(await sample(listening().telemetry, 'cx_events_total{topic="audits",outcome="dead_letter"}')).toBe('0');
  });

  test('outbox and deadlines are summed over the lanes of this process, and leave with them', async () => {
    const { telemetry } = listening();
    telemetry.outboxPending(1, 5);
    telemetry.outboxPending(2, 7);
    telemetry.outboxPending(1, 3);
    telemetry.deadlinesPending(2, 40);
    telemetry.lag('orders', 2, 9);
    telemetry.timeReached(2, 1_000);
    expect(await sample(telemetry, 'cx_outbox_pending')).toBe('10');
    telemetry.laneDropped(2, 'rebalanced');
    expect(await sample(telemetry, 'cx_outbox_pending')).toBe('3');
    expect(await sample(telemetry, 'cx_deadlines_pending')).toBe('0');
    expect(await sample(telemetry, 'cx_lag_records{topic="orders",partition="2"}')).toBeUndefined();
    expect(await sample(telemetry, 'cx_time_reached_seconds{partition="2"}')).toBeUndefined();
  });

  test('a lane that stands still is 1 until it is claimed anew', async () => {
    const { telemetry, lines } = listening();
    const series = 'cx_lane_halted{partition="4",name="topic_replaced"}';
    telemetry.laneHalted(4, { name: 'topic_replaced', message: 'offset 7 of orders holds another record; see operations.md', since: 0 });
    expect(await sample(telemetry, series)).toBe('1');
    expect(lines).toMatchObject([{ level: 'error', event: 'lane.halted', lane: 4, halt: 'topic_replaced' }]);
    telemetry.laneClaimed(4, 12);
    expect(await sample(telemetry, series)).toBeUndefined();
  });
});

describe('dead letters in the log', () => {
  const bad = (telemetry: ReturnType<typeof createTelemetry>, offset: number) => telemetry.deadLetter(1, { topic: 'orders', offset }, 'not_json', `byte ${offset}`);

  test('the first of a reason is told at once, the rest every ten seconds in one line', () => {
    const { telemetry, lines, clock } = listening();
    for (let offset = 0; offset < 1_000; offset++) bad(telemetry, offset);
    telemetry.deadLetter(1, { topic: 'billing', offset: 5 }, 'unknown_type', 'no such type');
    expect(lines.map(({ event, reason }) => [event, reason])).toEqual([['dead_letter', 'not_json'], ['dead_letter', 'unknown_type']]);
    clock.advance(9_999);
    expect(lines).toHaveLength(2);
    clock.advance(1);
    expect(lines.slice(2)).toMatchObject([{ event: 'dead_letters', reason: 'not_json', count: 999, topic: 'orders', offset: 999 }]);
  });

  test('each line counts what came since the one before', () => {
    const { telemetry, lines, clock } = listening();
    for (const offset of [1, 2, 3]) bad(telemetry, offset);
    clock.advance(10_000);
    bad(telemetry, 4);
    clock.advance(10_000);
    expect(lines.slice(1).map(({ count }) => count)).toEqual([2, 1]);
  });

  test('after a quiet stretch the next one is news again, and no timer is left meanwhile', () => {
    const { telemetry, lines, clock } = listening();
    bad(telemetry, 1);
    clock.advance(10_000);
    expect(clock.waiting()).toBe(0);
    bad(telemetry, 2);
    expect(lines.map(({ event }) => event)).toEqual(['dead_letter', 'dead_letter']);
  });

  test('what was held back is told at the end', () => {
    const { telemetry, lines, clock } = listening();
    bad(telemetry, 1);
    bad(telemetry, 2);
    telemetry.close();
    expect(lines.map(({ event, count }) => [event, count])).toEqual([['dead_letter', undefined], ['dead_letters', 1]]);
    expect(clock.waiting()).toBe(0);
  });
});

describe('the log', () => {
  test('tells live alerts, and those of the past only to who asks', () => {
    const { telemetry, lines } = listening();
    telemetry.alertRaised(1, 'o-1', 'Late delivery', 'warning', 'live', 2);
    telemetry.alertRaised(1, 'o-2', 'Late delivery', 'warning', 'backfill', 9);
    telemetry.alertTurnedLive(1, 'o-2', 'Lost', 'critical');
    expect(lines).toMatchObject([
      { level: 'info', event: 'alert.raised', orderId: 'o-1' },
      { level: 'info', event: 'alert.turned_live', lane: 1, orderId: 'o-2', severity: 'critical', msg: 'alert of the past on order o-2 is about what happens now (critical): Lost' },
    ]);
  });

  test('says once what many tries failed for in an outage, then every ten seconds how many did', () => {
    const away = (error: Error): string | null => (error.message === 'no words for people' ? 'Redis is away' : null);
    const { telemetry, lines, clock } = listening('info', away);
    for (let lane = 0; lane < 50; lane++) for (const what of ['commit', 'read orders']) telemetry.retrying(lane, what, new Error('no words for people'), 500);
    telemetry.retrying(3, 'commit', new TypeError('a defect'), 500);
    expect(lines).toMatchObject([
      { level: 'warn', event: 'retrying', lane: 0, what: 'commit', msg: 'commit failed, next try in 500 ms: Redis is away' },
      { event: 'retrying', lane: 3, err: { message: 'a defect', stack: expect.stringContaining('TypeError') } },
    ]);
    expect(lines[0]).not.toHaveProperty('err');
    clock.advance(10_000);
    expect(lines.slice(2)).toMatchObject([{ event: 'retrying', count: 99, lane: 49, what: 'read orders', msg: '99 more tries failed, the last: read orders failed, next try in 500 ms: Redis is away' }]);
    telemetry.close();
    expect(lines).toHaveLength(3);
  });

  test('says of a sink that cannot read why in plain words, and by a stack where there are none', () => {
    const { telemetry, lines } = listening('info', ({ message }) => (message === 'no words for people' ? 'a Kafka broker is away' : null));
    telemetry.sinkInterrupted('crm', new Error('no words for people'), 1_000);
    telemetry.sinkInterrupted('crm', new TypeError('a defect'), 1_000);
    expect(lines).toMatchObject([
      { level: 'warn', event: 'sink.interrupted', sink: 'crm', msg: 'sink crm cannot read cx.alerts, next try in 1000 ms: a Kafka broker is away' },
      { event: 'sink.interrupted', err: { message: 'a defect', stack: expect.stringContaining('TypeError') } },
    ]);
    expect(lines[0]).not.toHaveProperty('err');
  });

  test('says what is tried again, why and when', () => {
    const { telemetry, lines } = listening();
    telemetry.retrying(2, 'commit', new Error('connection lost'), 500);
    expect(lines).toMatchObject([{ level: 'warn', event: 'retrying', lane: 2, inMs: 500, msg: 'commit failed, next try in 500 ms: connection lost' }]);
  });

  test('is silent when told so', () => {
    const { telemetry, lines } = listening('silent');
    telemetry.laneClaimed(1, 0);
    expect(lines).toEqual([]);
  });
});
