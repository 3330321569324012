import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { alertsOn, death, expectAccounted, expectNumbered, feed, foldedAsSaid, foldedOnRecord, input, life, saidOn } from '../support/lane-histories.js';
import { createLaneUnderTest } from '../support/lane-under-test.js';

/**
 * Whatever happens to the owners of a lane, what it says for one order of records is the same: however many records a step
 * takes, wherever a process dies, however often a commit arrives.
 */

const lives = fc.array(life(death), { maxLength: 4 });

describe('what a lane says for one order of records', () => {
  test('is the same for any steps, any deaths of its owners and any repeats of commits; and it adds up', async () => {
    let expired = 0;
    await fc.assert(fc.asyncProperty(input, lives, life(fc.constant(undefined)), fc.constantFrom(1, 1e15), async (records, deaths, last, alertMaxAgeMs) => {
      // Live alerts expire, those of the past don't.
      const plain = createLaneUnderTest({ alertMaxAgeMs });
      feed(plain, records);
      await plain.live();
      const troubled = createLaneUnderTest({ alertMaxAgeMs });
      feed(troubled, records);
      for (const each of deaths) await troubled.live(each);
      await troubled.live(last);
      for (const lane of [plain, troubled]) {
        expect(lane.failures).toEqual([]);
        expect(lane.halts).toEqual([]);
        expect(lane.strays).toEqual([]);
        await expectNumbered(lane);
        await expectAccounted(lane, records);
        expect(foldedAsSaid(lane)).toEqual(await foldedOnRecord(lane));
      }
      expect(saidOn(troubled)).toEqual(saidOn(plain));
      expect(alertsOn(troubled)).toEqual(alertsOn(plain));
      expired += alertsOn(plain).filter((alert) => (alert as { readonly reason?: string }).reason === 'expired').length;
      expect(troubled.progress.get('orders')).toEqual(plain.progress.get('orders'));
    }), { numRuns: 100 });
    expect(expired).toBeGreaterThan(0);
  });
});
