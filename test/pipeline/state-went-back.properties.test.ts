import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withoutRepeats } from '../support/derived.js';
import { death, expectAccounted, expectNumbered, feed, foldedAsSaid, foldedOnRecord, type Input, input, life } from '../support/lane-histories.js';
import { createLaneUnderTest, eventually, LANE, type LaneOptions, type LaneUnderTest, type Life } from '../support/lane-under-test.js';
import { createRewindableStore } from '../support/rewindable-store.js';

/**
 * A store that holds less than it confirmed, as after a failover to a replica that misses the last writes: the lane makes up for it by
 * itself. No id carries two contents, nothing is lost, and nothing is said that was said before.
 */

interface Told {
  readonly wentBack: string[];
}

function createRewindableLane(options: LaneOptions = {}) {
  const rewindable = createRewindableStore();
  const told: Told = { wentBack: [] };
  const lane = createLaneUnderTest({ ...options, store: rewindable.store, telemetry: { stateWentBack: (_lane, what) => { told.wentBack.push(what); } } });
  return { ...rewindable, lane, told };
}

const openAlerts = (lane: LaneUnderTest): Map<string, unknown> => {
  const open = new Map<string, unknown>();
  for (const { orderId, type, ...rest } of withoutRepeats(lane.logs.written('cx.alerts', LANE))) {
    if (type === 'alert.resolved') open.delete(orderId);
    else open.set(orderId, (rest as unknown as { patterns: unknown }).patterns);
  }
  return open;
};

const lettersOn = (lane: LaneUnderTest): string[] => {
  const seen = new Map<number | null, string>();
  for (const { seq, headers } of lane.logs.written('cx.dead-letters', LANE)) seen.set(seq, `${String(headers['__connect.errors.topic'])}/${String(headers['__connect.errors.offset'])}`);
  return [...seen.values()].sort();
};

async function expectWhole(lane: LaneUnderTest, plain: LaneUnderTest, records: Input): Promise<void> {
  expect(lane.failures).toEqual([]);
  expect(lane.halts).toEqual([]);
  await expectNumbered(lane);
  await expectAccounted(lane, records);
  expect(foldedAsSaid(lane)).toEqual(await foldedOnRecord(lane));
  expect(foldedAsSaid(lane)).toEqual(foldedAsSaid(plain));
  expect(openAlerts(lane)).toEqual(openAlerts(plain));
  expect(lettersOn(lane)).toEqual(lettersOn(plain));
}

async function plainly(records: Input, options: LaneOptions = {}): Promise<LaneUnderTest> {
  const plain = createLaneUnderTest(options);
  feed(plain, records);
  await plain.live();
  return plain;
}

const distance = fc.integer({ min: 1, max: 20 });
const steady = life(fc.constant(undefined));

describe('a state that went back', () => {
  test('says nothing again where everything had been said, at every distance', async () => {
    // Live alerts expire, those of the past don't.
    const ages = fc.constantFrom(1, 1e15);
    await fc.assert(fc.asyncProperty(input, distance, steady, steady, ages, async (records, back, before, after, alertMaxAgeMs) => {
      const { lane, goBack } = createRewindableLane({ alertMaxAgeMs });
      feed(lane, records);
      await lane.live(before);
      const said = (): unknown => (['cx.events', 'cx.alerts', 'cx.dead-letters'] as const).map((topic) => lane.logs.written(topic, LANE).length);
      const atFirst = said();
      await goBack(back);
      await lane.live(after);
      await expectWhole(lane, await plainly(records, { alertMaxAgeMs }), records);
      expect(said()).toEqual(atFirst);
    }), { numRuns: 40 });
  });

  test('is made up for, whatever was read before and after, whoever died before and during, and as often as it happens', async () => {
    const round = fc.record({ share: fc.double({ min: 0.1, max: 0.9, noNaN: true }), back: distance, before: life(fc.option(death, { nil: undefined })), during: fc.array(life(death), { maxLength: 3 }) });
    await fc.assert(fc.asyncProperty(input, fc.array(round, { minLength: 1, maxLength: 3 }), steady, async (records, rounds, last) => {
      const { lane, goBack } = createRewindableLane();
      let rest = records;
      for (const { share, back, before, during } of rounds) {
        const some = Math.ceil(rest.length * share);
        feed(lane, rest.slice(0, some));
        rest = rest.slice(some);
        await lane.live(before);
        await goBack(back);
        for (const each of during) await lane.live(each);
      }
      feed(lane, rest);
      await lane.live(last);
      await expectWhole(lane, await plainly(records), records);
    }), { numRuns: 40 });
  });

  test('is noticed by the worker that works on it', async () => {
    await fc.assert(fc.asyncProperty(input, distance, fc.double({ min: 0.1, max: 0.9, noNaN: true }), steady, async (records, back, share, working: Life) => {
      const { lane, goBack, store, told } = createRewindableLane();
      const some = Math.ceil(records.length * share);
      feed(lane, records.slice(0, some));
      const { lane: worker, end } = await lane.open(working);
      const settle = (what: string, isNoticed = () => true) => eventually(what, async () => {
        lane.wall.at += 250;
        worker.wake();
        return lane.failures.length > 0 || worker.halt() !== null || (isNoticed() && (await lane.settled()));
      });
      await settle('all is said');
      const { version } = await store.held(LANE);
      await goBack(back);
      const lost = version - (await store.held(LANE)).version;
      feed(lane, records.slice(some));
      // Where nothing more comes, it is noticed when the worker looks at its store the next time.
      await settle('all is said again', () => lost === 0 || told.wentBack.length > 0);
      await end();
      await expectWhole(lane, await plainly(records), records);
      expect(told.wentBack.length > 0).toBe(lost > 0);
    }), { numRuns: 20 });
  });
});
