import { expect, test } from '@jest/globals';
import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import type { Telemetry } from '../../src/pipeline/ports.js';
import { alertsOf, damaged, DAY, event, placed } from '../support/alert-endings.js';
import { createVerifiedLane, type Event, type VerifiedLane } from '../support/verified-lane.js';

/** A lane whose clock shows day 361, and the news of alerts that it tells. @param maxAgeDays alerts on what is older are of the past */
function listening(maxAgeDays: number) {
  const news: string[] = [];
  const telemetry: Partial<Telemetry> = {
    alertRaised: (_lane, orderId, _headline, severity, mode) => { news.push(`${orderId} raised ${severity} ${mode}`); },
    alertTurnedLive: (lane, orderId, headline, severity) => { news.push(`${orderId} turned live ${severity} in lane ${String(lane)}: ${headline}`); },
    alertEnded: (ending, severity) => { news.push(`ended ${severity} ${ending.reason}`); },
  };
  const store = createMemoryLaneStore();
  return { lane: createVerifiedLane({ alertMaxAgeMs: maxAgeDays * DAY, telemetry, store }), news, store };
}
const append = (lane: VerifiedLane, ...events: readonly Event[]): void => { for (const each of events) lane.append(each); };
const ordered = (orderId: string): Event => event('order.placed', orderId, 0, { customerId: 'c-1', lines: [] });
const lost = (orderId: string, days: number): Event => event('delivery.exception', orderId, days, { code: 'lost' });
/** All is read and said, and no time passes. */
const read = ({ under, decode }: VerifiedLane): Promise<boolean> => under.live({ parts: { decode } });
const saidOf = (lane: VerifiedLane, orderId: string): string[] => alertsOf(lane, orderId).map((said) => `${said.type} ${(said as unknown as { mode: string }).mode}`);

test('an alert whose commit is lost is told of once: when it is committed', async () => {
  const { lane, news } = listening(400);
  append(lane, ordered('a'), damaged('a', 2));
  expect(await lane.under.live({ parts: { decode: lane.decode }, death: { at: 'commit', count: 1, applied: false } })).toBe(true);
  expect(news).toEqual([]);
  await read(lane);
  expect(saidOf(lane, 'a')).toEqual(['alert.raised live']);
  expect(news).toEqual(['a raised warning live']);
});

test('a commit that is tried again tells of its alerts once, whether they begin or end', async () => {
  const { lane, news, store } = listening(400);
  append(lane, placed('a'));
  let commits = 0;
  const commit: typeof store.commit = async (...args) => {
    commits += 1;
    const answer = await store.commit(...args);
    return commits % 3 === 0 ? answer : Promise.reject(new Error('connection lost'));
  };
  await lane.work({ store: { ...store, commit } });
  expect(saidOf(lane, 'a').at(-1)).toBe('alert.resolved live');
  expect([commits % 3, news]).toEqual([0, ['a raised warning live', 'ended warning expired']]);
});

test('an alert of the past that comes to be about something recent is told of once', async () => {
  const { lane, news } = listening(300);
  append(lane, ordered('a'), damaged('a', 2));
  await read(lane);
  append(lane, lost('a', 100));
  await read(lane);
  append(lane, event('order.cancelled', 'a', 101, { initiatedBy: 'company' }));
  await read(lane);
  expect(saidOf(lane, 'a')).toEqual(['alert.raised backfill', 'alert.updated live', 'alert.updated live']);
  expect(news).toEqual(['a raised warning backfill', expect.stringMatching(/^a turned live warning in lane 0: ./)]);
});
