import { expect, test } from '@jest/globals';
import { intakeTroubles, laneTroubles, refusedFor } from '../../src/app/lane-troubles.js';
import type { LaneStanding } from '../../src/pipeline/worker.js';

const NOW = Date.UTC(2026, 0, 1);
const standing = (more: Partial<LaneStanding>): LaneStanding => ({ lane: 3, halt: null, reading: true, schemaWaits: [], outputWaits: [], ...more });
const refused = (seconds: number, why = 'too few in-sync replicas') => ({ since: NOW - seconds * 1_000, why });

test('of a lane and of the intake it is told what keeps them from their work', () => {
  const halted = standing({ halt: { name: 'topic_replaced', message: 'orders/3 is another one', since: NOW } });
  expect(laneTroubles([halted], NOW)).toEqual(['Lane 3 stands still (topic_replaced): orders/3 is another one']);
  expect(intakeTroubles([halted], NOW)).toEqual(['The intake stands still (topic_replaced): orders/3 is another one']);
  expect(laneTroubles([standing({})], NOW)).toEqual([]);
});

test('what Kafka refuses is told once brokers that restart would take it', () => {
  const waits = standing({ outputWaits: [refused(9), refused(30)] });
  for (const [troubles, who] of [[laneTroubles, 'Lane 3'], [intakeTroubles, 'The intake']] as const) {
    expect(troubles([waits], NOW)).toEqual([expect.stringMatching(new RegExp(`^${who} has published in vain since 2025-12-31T23:59:30\\.000Z: .*too few in-sync replicas`))]);
  }
});

test('the longest refusal of a lane is its figure; none is 0, and a clock that went back makes none', () => {
  expect(refusedFor([standing({ outputWaits: [refused(9), refused(30)] }), standing({ lane: 4 }), standing({ lane: 5, outputWaits: [refused(-60)] })], NOW)).toEqual(new Map([[3, 30], [4, 0], [5, 0]]));
});
