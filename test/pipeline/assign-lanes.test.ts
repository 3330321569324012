import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignLanes, type LaneMember } from '../../src/pipeline/assign-lanes.js';

const TOPICS = ['orders', 'logistics', 'cx.events'];
const member = (memberId: string, held: readonly number[] = [], generation = held.length > 0 ? 1 : -1): LaneMember => ({ memberId, topics: TOPICS, held, generation });

/** Members by distinct ids that held disjoint lanes, as they do after any assignment. */
const groups = fc.record({
  lanes: fc.integer({ min: 0, max: 40 }),
  owners: fc.array(fc.option(fc.integer({ min: 0, max: 7 })), { minLength: 40, maxLength: 40 }),
  size: fc.integer({ min: 1, max: 8 }),
}).map(({ lanes, owners, size }) => ({
  lanes,
  members: Array.from({ length: size }, (_, i) => member(`m${i}`, owners.flatMap((owner, lane) => (owner === i && lane < lanes ? [lane] : [])))),
}));

/** The fewest lanes that can change hands: all shares are n or n + 1, and the larger ones go to whoever keeps more by them. */
const fewestMoves = (members: readonly LaneMember[], lanes: number): number => {
  const share = Math.floor(lanes / members.length);
  let larger = lanes % members.length;
  let kept = 0;
  for (const { held } of members) {
    if (held.length > share && larger > 0) {
      larger -= 1;
      kept += share + 1;
    } else {
      kept += Math.min(held.length, share);
    }
  }
  return lanes - kept;
};

describe('assigning lanes', () => {
  test('every lane has one owner, and shares differ by one at most', () => {
    fc.assert(fc.property(groups, ({ members, lanes }) => {
      const assigned = assignLanes(members, lanes);
      expect([...assigned.values()].flat().sort((a, b) => a - b)).toEqual(Array.from({ length: lanes }, (_, lane) => lane));
      const shares = [...assigned.values()].map((mine) => mine.length);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }));
  });

  test('no more lanes change hands than the shares demand', () => {
    fc.assert(fc.property(groups, ({ members, lanes }) => {
      const assigned = assignLanes(members, lanes);
      const moved = members.reduce((sum, { memberId, held }) => sum + (assigned.get(memberId) ?? []).filter((lane) => !held.includes(lane)).length, 0);
      expect(moved).toBe(fewestMoves(members, lanes));
    }));
  });

  test('the order in which members are listed does not matter', () => {
    fc.assert(fc.property(groups, fc.infiniteStream(fc.nat()), ({ members, lanes }, dice) => {
      const shuffled = [...members].map((one) => ({ one, at: dice.next().value as number })).sort((a, b) => a.at - b.at).map(({ one }) => one);
      const plain = (assigned: ReadonlyMap<string, readonly number[]>) => [...assigned].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(plain(assignLanes(shuffled, lanes))).toEqual(plain(assignLanes(members, lanes)));
    }));
  });

  test('an assignment stands when nobody comes or goes', () => {
    fc.assert(fc.property(groups, ({ members, lanes }) => {
      const once = assignLanes(members, lanes);
      expect(assignLanes(members.map((one) => member(one.memberId, once.get(one.memberId), 2)), lanes)).toEqual(once);
    }));
  });

  test('a member that lacks a topic gets nothing while another has all', () => {
    const assigned = assignLanes([{ ...member('old', [0, 1, 2, 3]), topics: ['orders', 'cx.events'] }, member('new')], 4);
    expect(assigned.get('old')).toEqual([]);
    expect(assigned.get('new')).toEqual([0, 1, 2, 3]);
  });

  test('nobody gets anything when nobody has all topics', () => {
    const assigned = assignLanes([{ ...member('a'), topics: ['orders'] }, { ...member('b'), topics: ['logistics'] }], 4);
    expect([...assigned.values()]).toEqual([[], []]);
  });

  test('of two that say they hold a lane, the later generation is believed', () => {
    const assigned = assignLanes([member('back-from-the-dead', [0, 1], 3), member('b', [0], 5), member('c', [1], 4)], 2);
    expect(assigned.get('b')).toEqual([0]);
    expect(assigned.get('c')).toEqual([1]);
  });

  test('lanes that are no more are forgotten', () => {
    expect(assignLanes([member('a', [7, -1, 1])], 2).get('a')).toEqual([0, 1]);
  });
});
