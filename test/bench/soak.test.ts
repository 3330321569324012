import { describe, expect, test } from '@jest/globals';
import { broughtAboutAt } from '../../bench/serve/brought-about.js';
import { chartOf } from '../../bench/serve/chart.js';
import { quartersOf, type Sample } from '../../bench/serve/soak-samples.js';
import { signalEvent } from '../../src/contracts/derived.js';

const pointsOf = (svg: string): string[][] => [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => (points ?? '').split(' '));

describe('the picture of a soak', () => {
  test('has a line for each figure, from left to right, the greatest value at the top of its chart', () => {
    const [first, second] = pointsOf(chartOf('a title', [0, 30, 60], [{ name: 'memory', values: [50, 100, 0] }, { name: 'lag', values: [0, 0, 0] }]));
    expect(first).toEqual(['64.0,91.0', '384.0,46.0', '704.0,136.0']);
    expect(second).toEqual(['64.0,272.0', '384.0,272.0', '704.0,272.0']);
  });

  test('leaves out what is not known, and takes no name for markup', () => {
    const svg = chartOf('memory < 1 & more', [0, 1], [{ name: 'memory', values: [NaN, 5] }]);
    expect(pointsOf(svg)).toEqual([['704.0,46.0']]);
    expect(svg).toContain('<title>memory &lt; 1 &amp; more</title>');
  });
});

test('quarters compare the beginning with the end, whatever lies between and is not known', () => {
  const samples = [1, 3, 100, 900, NaN, 100, 8, 9, 7].map((rssMb, minutes): Sample => ({ minutes, rssMb, heapMb: 0, redisMb: 0, loopMs: 0, outbox: 0, lag: 0 }));
  expect(quartersOf(samples, 'rssMb')).toEqual({ first: 1, last: 7 });
});

describe('latency', () => {
  const load = { sentAt: (id: string) => ({ early: 1_000, late: 5_000 })[id] };
  const example = signalEvent.parse({
    id: '71f08569-844d-53e5-8bec-40f5b61eb0b8', type: 'signal.opened', orderId: 'O-1', customerId: null, occurredAt: '2026-03-06T23:59:59Z', detectedAt: '2026-03-06T23:59:59Z',
    episode: 1, revision: 0, sequence: 1, place: {}, rules: 'default-1', signal: 'payment_failed', severity: 1, area: 'billing', stage: 'OWN', detail: {}, evidence: [],
  });
  const withEvidence = (...ids: string[]) => ({
    ...example, evidence: ids.map((id) => ({ id, type: 'payment.failed', topic: 'billing', partition: 0, offset: 0, occurredAt: '2026-03-06T23:59:59Z' })),
  });

  test('counts from the newest event that proves it', () => {
    expect(broughtAboutAt(withEvidence('late', 'early'), load)).toBe(5_000);
  });

  test('is not of what time brings about, of corrections, or of other loads', () => {
    expect(broughtAboutAt({ ...withEvidence('late'), signal: 'late_delivery' }, load)).toBeNull();
    expect(broughtAboutAt({ ...withEvidence('late'), type: 'signal.amended' }, load)).toBeNull();
    expect(broughtAboutAt(withEvidence('of another'), load)).toBeNull();
  });
});
