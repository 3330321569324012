import { describe, expect, test } from '@jest/globals';
import { alertsAddress, createAlertmanager, type AlertmanagerOptions } from '../../../src/adapters/alerting/alertmanager.js';
import { createSinkUnderTest, failing, refusing, type SinkUnderTestOptions, TAKEN, uuid } from '../../support/sink-under-test.js';
import type { Answer } from '../../../src/pipeline/sinks/destination.js';

interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

const DAY = 86_400_000;

/** A sink to an Alertmanager that says what it is told to. `posts`: what it was sent, request by request. */
function underTest(options: Partial<AlertmanagerOptions> & SinkUnderTestOptions = {}) {
  const posts: Posted[][] = [];
  let answering = (_alerts: readonly Posted[]): Answer => TAKEN;
  const under = createSinkUnderTest({
    ...options,
    destination: ({ now }) => createAlertmanager({
      headers: {}, filter: { minSeverity: 'warning', owners: null }, told: { labels: {}, link: null }, now, ...options,
      to: {
        async post(body) {
          const alerts = JSON.parse(body) as Posted[];
          posts.push(alerts);
          return answering(alerts);
        },
        close: () => undefined,
      },
    }),
  });
  /** Short: the alert, its severity, and whether it fires. */
  const short = (alerts: readonly Posted[]): readonly string[] =>
    alerts.map(({ labels, endsAt }) => `${labels['alert_id']?.slice(0, 1) ?? ''} ${labels['severity'] ?? ''} ${Date.parse(endsAt) > under.timing.now() ? 'fires' : 'ends'}`);
  return {
    ...under, posts,
    answers: (next: typeof answering) => { answering = next; },
    sent: () => posts.splice(0).map(short),
    raise: (digit: string, more: object = {}) => { under.publish(digit, { alertId: uuid(digit), ...more }); },
    end: (digit: string, more: object = {}) => { under.publish('f', { alertId: uuid(digit), type: 'alert.resolved', reason: 'cleared', owner: null, patterns: [], ...more }); },
    start: async () => {
      const sink = under.create();
      sink.start();
      await under.advance(1_000);
      return sink;
    },
  };
}

describe('what Alertmanager is sent', () => {
  test('fires for an hour from each time, began when it was found, and ends when the alert does', async () => {
    const { start, raise, end, advance, posts, timing } = underTest();
    await start();
    const found = new Date(timing.now()).toISOString();
    raise('1');
    await advance(5_000);
    const [first] = posts[0]!;
    expect(first).toMatchObject({ startsAt: found, labels: { alertname: 'TouchpointOrder', severity: 'warning', team: 'customer-service', cause_group: 'carrier:north-post|2026-03-06', alert_id: uuid('1') } });
    expect(Date.parse(first!.endsAt) - Date.parse(found)).toBe(3_600_000);
    expect(Object.keys(first!.labels)).toHaveLength(5);
    expect(JSON.stringify(posts)).not.toContain('C-77');
    end('1');
    await advance(1_000);
    expect(posts[1]).toMatchObject([{ startsAt: found, labels: first!.labels }]);
    expect(Date.parse(posts[1]![0]!.endsAt)).toBeLessThanOrEqual(timing.now());
  });

  test('has labels and links from the configuration, and nothing where nothing is known', async () => {
    const { start, raise, advance, posts } = underTest({ told: { labels: { shop: 'north' }, link: 'https://t.example/base/' } });
    await start();
    raise('1', { causeGroup: null, orderId: 'A/1 ö', promise: null, actBy: null });
    await advance(1_000);
    expect(posts[0]).toMatchObject([{ labels: { shop: 'north' }, annotations: { link: 'https://t.example/base/orders/A%2F1%20%C3%B6', order: 'A/1 ö' } }]);
    for (const name of ['cause_group']) expect(posts[0]![0]!.labels).not.toHaveProperty(name);
    for (const name of ['promise', 'act_by']) expect(posts[0]![0]!.annotations).not.toHaveProperty(name);
  });

  test('ends under the old labels when it goes on under others', async () => {
    const { start, raise, end, advance, sent } = underTest();
    await start();
    raise('1');
    await advance(1_000);
    raise('1', { type: 'alert.updated', severity: 'critical' });
    await advance(1_000);
    end('1', { severity: 'critical' });
    await advance(1_000);
    expect(sent()).toEqual([['1 warning fires'], ['1 warning ends', '1 critical fires'], ['1 critical ends']]);
  });

  test('ends also where the end is an old story or no longer for the sink, and says nothing of what never fired', async () => {
    const { start, raise, end, advance, sent, told } = underTest({ filter: { minSeverity: 'critical', owners: null } });
    await start();
    raise('1', { severity: 'critical' });
    raise('2', { severity: 'critical' });
    raise('3');
    raise('4', { severity: 'critical', mode: 'backfill' });
    await advance(1_000);
    end('1', { mode: 'backfill' });
    raise('2', { type: 'alert.updated' });
    end('3');
    end('4', { mode: 'backfill' });
    await advance(1_000);
    expect(sent().flat()).toEqual(['1 critical fires', '2 critical fires', '1 critical ends', '2 critical ends']);
    expect(told).toEqual(['filtered', 'backfill', 'filtered', 'backfill'].map((why) => `passed over: ${why}`));
  });

  test('comes in requests of a hundred, and one that is at fault is found', async () => {
    const { start, raise, advance, posts, answers, told } = underTest();
    await start();
    answers((alerts) => (alerts.some(({ annotations }) => annotations['order'] === 'bad') ? refusing : TAKEN));
    for (let i = 0; i < 150; i += 1) raise('1', { alertId: `${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`, orderId: i === 120 ? 'bad' : `o-${i}` });
    await advance(120_000);
    expect(posts[0]).toHaveLength(100);
    expect(told).toEqual([`set aside: refused ${uuid('1')}`]);
    const last = new Set(posts.filter((alerts) => alerts.every(({ annotations }) => annotations['order'] !== 'bad')).flat().map(({ annotations }) => annotations['order']));
    expect(last.size).toBe(149);
  });
});

describe('what is open', () => {
  test('is sent again every minute until it ends, and not after that', async () => {
    const { start, raise, end, advance, sent } = underTest();
    await start();
    raise('1');
    raise('2');
    await advance(1_000);
    sent();
    await advance(180_000);
    expect(sent()).toEqual([1, 2, 3].map(() => ['1 warning fires', '2 warning fires']));
    end('1');
    await advance(61_000);
    expect(sent()).toEqual([['1 warning ends'], ['2 warning fires']]);
  });

  test('is known after a restart; what was sent before is not sent at once', async () => {
    const { start, raise, end, advance, sent } = underTest();
    const first = await start();
    for (const digit of ['1', '2', '3']) raise(digit);
    end('3');
    await advance(1_000);
    await first.stop();
    sent();
    raise('4');
    end('2');
    await start();
    expect(sent()).toEqual([['4 warning fires', '2 warning ends']]);
    await advance(60_000);
    expect(sent()).toEqual([['1 warning fires', '4 warning fires']]);
  });

  test('is told to an Alertmanager that is new, without what is older than two weeks', async () => {
    const { start, raise, advance, leap, sent } = underTest();
    raise('1');
    await leap(13 * DAY);
    raise('2');
    raise('3', { mode: 'backfill' });
    await leap(DAY + 1_000);
    await start();
    await advance(61_000);
    expect(sent()).toEqual([['2 warning fires']]);
    await leap(13 * DAY - 3_600_000);
    expect(sent()).toEqual([['2 warning fires']]);
    await leap(3_600_000);
    await advance(120_000);
    expect(sent()).toEqual([]);
  });

  test('waits while nothing is taken, and is told once it is', async () => {
    const { start, raise, end, advance, sent, answers, told } = underTest();
    await start();
    answers(() => failing());
    raise('1');
    await advance(600_000);
    end('1');
    raise('2');
    await advance(600_000);
    answers(() => TAKEN);
    sent();
    await advance(301_000);
    expect(sent().flat()).toEqual(expect.arrayContaining(['1 warning fires', '1 warning ends', '2 warning fires']));
    expect(told.filter((line) => line.startsWith('set aside'))).toEqual([]);
  });

  test('waits for a receiver that is away, though other partitions have nothing to send', async () => {
    const { start, raise, advance, sent, answers, told } = underTest({ partitions: 3 });
    await start();
    answers(() => failing());
    raise('1');
    await advance(3_600_000);
    expect(told.filter((line) => line.startsWith('set aside') || line === 'breaker closed')).toEqual([]);
    answers(() => TAKEN);
    sent();
    await advance(301_000);
    expect(sent()[0]).toEqual(['1 warning fires']);
  });

  test('that ended or changed is not sent as it was, where that was given up', async () => {
    const { start, raise, end, advance, sent, answers, told } = underTest({ giveUpAfterMs: 600_000 });
    await start();
    raise('1');
    raise('2');
    raise('3');
    await advance(1_000);
    answers(() => failing());
    end('1');
    raise('2', { type: 'alert.updated', severity: 'critical' });
    await advance(3_600_000);
    expect(told.filter((line) => line.startsWith('set aside: too_old'))).toHaveLength(2);
    answers(() => TAKEN);
    sent();
    await advance(300_000);
    expect(sent()[0]).toEqual(['1 warning ends', '2 warning ends', '2 critical fires', '3 warning fires']);
    await advance(60_000);
    expect(sent().at(-1)).toEqual(['2 critical fires', '3 warning fires']);
  });
});

test.each(['http://am:9093', 'http://am:9093/', 'http://am:9093//'])('the address of %s', (base) => expect(alertsAddress(base)).toBe('http://am:9093/api/v2/alerts'));
