import { describe, expect, test } from '@jest/globals';
import type { Place } from '../../src/contracts/names.js';
import { SIGNAL_RULES } from '../../src/core/signals/catalogue.js';
import type { SignalRule } from '../../src/core/signals/rule.js';
import { catalogueOf } from '../../src/pipeline/judge.js';
import type { LaneStore } from '../../src/pipeline/ports.js';
import { DEFAULT_RULES } from '../../src/core/rules.js';
import { withoutRepeats } from '../support/derived.js';
import { CONTEXT, createLaneUnderTest, eventually, factBytes, LANE, type LaneUnderTest, type Life } from '../support/lane-under-test.js';
import { fact } from '../support/facts.js';

/** Orders that are judged anew without news of them. */

const attempt = (id: string, place: Place | null = null): string => factBytes(id, fact('delivery.attempt_failed', '05-02 08:00', {}, { id: `attempt ${id}`, place }));
const failedPayment = (id: string): string => factBytes(id, fact('payment.failed', '05-02 08:00', {}, { id: `payment ${id}` }));
const GRAVER = { ...CONTEXT, rules: { ...DEFAULT_RULES, version: 'graver', severities: { ...DEFAULT_RULES.severities, delivery_attempt_failed: 3 as const } } };
const said = (lane: LaneUnderTest) => withoutRepeats(lane.logs.written('cx.events', LANE)).map(({ orderId, type, severity }) => `${orderId} ${type} ${String(severity ?? '')}`.trim());
const ids = Array.from({ length: 350 }, (_, i) => `o${String(i).padStart(3, '0')}`);

/** A lane whose orders were judged by the default rules, and what it says by others. */
async function judgedByDefault() {
  let context = CONTEXT;
  const judged: number[] = [];
  const lane = createLaneUnderTest({ topics: ['orders'], context: () => context, telemetry: { judgedAnew: (_lane, orders) => { judged.push(orders); } } });
  ids.forEach((id, i) => { lane.logs.append('orders', id, i % 10 === 0 ? attempt(id) : failedPayment(id)); });
  await lane.live();
  const first = said(lane).length;
  return { lane, judged, change: (to: typeof CONTEXT) => { context = to; }, news: () => said(lane).slice(first) };
}
const changed = ids.filter((_, i) => i % 10 === 0).flatMap((id) => [`${id} signal.amended 3`, `${id} pattern.matched warning`, `${id} verdict.changed`]);

describe('other rules', () => {
  test('are what every order is judged by, once, and only what differs is said', async () => {
    const { lane, judged, change, news } = await judgedByDefault();
    change(GRAVER);
    await lane.live();
    expect(news()).toEqual(changed);
    expect(judged).toEqual([350]);
    const journeys = lane.logs.written('cx.journeys', LANE).slice(-350).map(({ value }) => JSON.parse(String(value)) as { rules: string });
    expect(new Set(journeys.map(({ rules }) => rules))).toEqual(new Set(['graver']));
    await lane.live();
    expect(judged).toEqual([350]);
    change(CONTEXT);
    await lane.live();
    expect(news().slice(changed.length)).toEqual(ids.filter((_, i) => i % 10 === 0).flatMap((id) => [`${id} signal.amended 1`, `${id} pattern.cleared warning`, `${id} verdict.changed`]));
  });

  test('nothing is said twice or left out, wherever the sweep is interrupted', async () => {
    for (const applied of [true, false]) for (const count of [1, 2, 3, 4]) {
      const { lane, change, news } = await judgedByDefault();
      change(GRAVER);
      const death: Life = { death: { at: 'commit', count, applied } };
      const died = await lane.live(death);
      const place = (await lane.store.look(LANE, []))?.upkeep;
      if (died && count > 1 && count < 4) expect(place?.sweep?.after).toMatch(/^o[012]99$/);
      await lane.live();
      expect(news()).toEqual(changed);
    }
  });

  test('the daily work goes on in between', async () => {
    const { lane, change, news } = await judgedByDefault();
    change(GRAVER);
    for (let i = 0; i < 3; i++) lane.logs.append('orders', `new${i}`, failedPayment(`new${i}`));
    const { parts } = lane.parts();
    const orderIds: LaneStore['orderIds'] = async (...args) => {
      // A store that takes its time: records come in meanwhile.
      for (let i = 0; i < 5; i++) await new Promise((resolve) => { setImmediate(resolve); });
      return lane.store.orderIds(...args);
    };
    await lane.live({ parts: { source: parts.source, store: { ...parts.store, orderIds }, limits: { orders: 1, bytes: 1 } } });
    const at = news().indexOf('new1 signal.opened 1');
    expect(at).toBeGreaterThan(news().indexOf(changed[0] ?? ''));
    expect(at).toBeLessThan(news().indexOf(changed.at(-1) ?? ''));
  });

  test('come into force between two steps of a lane that works, without a record that would wake it', async () => {
    const { lane, judged, news } = await judgedByDefault();
    const present = lane.parts().parts.judging();
    let judging = present;
    const working = await lane.open({ parts: { judging: () => judging } });
    await eventually('it works', () => working.lane.isReading());
    const graver = { ...present, judge: { ...present.judge, context: () => GRAVER, catalogue: catalogueOf(GRAVER) } };
    judging = graver;
    lane.logs.append('orders', 'o000', factBytes('o000', fact('order.placed', '05-01 08:00', {}, { id: 'placed' })));
    await eventually('all is judged by it', () => judged.length === 1);
    judging = present;
    await eventually('all is judged by the first again', () => judged.length === 2);
    await working.end();
    expect(judged).toEqual([350, 350]);
    const after = news().filter((text) => !text.startsWith('o000'));
    const others = changed.filter((text) => !text.startsWith('o000'));
    expect(after.slice(0, others.length)).toEqual(others);
    expect(after.slice(others.length)).toEqual(ids.filter((id, i) => i % 10 === 0 && id !== 'o000').flatMap((id) => [`${id} signal.amended 1`, `${id} pattern.cleared warning`, `${id} verdict.changed`]));
    expect([lane.failures, lane.strays]).toEqual([[], []]);
  });

  test('other covered sources are other rules', async () => {
    const { lane, judged, change } = await judgedByDefault();
    change({ ...CONTEXT, covered: new Set(['orders']) });
    await lane.live();
    expect(judged).toEqual([350]);
  });
});

describe('orders on which a rule failed', () => {
  test('are tried again by the next owner, and by none once it is mended', async () => {
    const lane = createLaneUnderTest({ topics: ['orders'] });
    const rules = SIGNAL_RULES as SignalRule[];
    const sound = rules[0]!;
    rules[0] = { ...sound, judge: (order) => { if (order.place.carrier === 'bad') throw new Error('planted'); return sound.judge(order); } };
    try {
      for (const id of ['bad1', 'good', 'bad2']) lane.logs.append('orders', id, attempt(id, id.startsWith('bad') ? { carrier: 'bad' } : null));
      await lane.live();
      expect(new Set(lane.unassessed)).toEqual(new Set(['bad1', 'bad2']));
      expect(await lane.store.orderIds(LANE, 'unassessed', null, 10)).toEqual(['bad1', 'bad2']);
      await lane.live();
    } finally {
      rules[0] = sound;
    }
    lane.unassessed.length = 0;
    const version = (await lane.store.look(LANE, []))?.version ?? 0;
    lane.logs.append('orders', 'good2', attempt('good2'));
    await lane.live();
    expect(lane.unassessed).toEqual([]);
    expect(said(lane).filter((text) => text.startsWith('bad'))).toEqual(['bad1 signal.opened 1', 'bad1 verdict.changed', 'bad2 signal.opened 1', 'bad2 verdict.changed']);
    expect(await lane.store.orderIds(LANE, 'unassessed', null, 10)).toEqual([]);
    expect((await lane.store.look(LANE, []))?.version).toBeGreaterThan(version);
  });
});
