import { expect, test } from '@jest/globals';
import { alertDigest } from '../../../src/contracts/alert-digest.js';
import { type Alert, ALERT_EXAMPLE } from '../../../src/contracts/alerts.js';
import { nameUuid } from '../../../src/pipeline/name-uuid.js';
import { digestOf, type Held } from '../../../src/pipeline/sinks/digest.js';

const held = (name: string, more: Partial<Alert> = {}, hasEnded = false): Held => ({ since: more.detectedAt ?? ALERT_EXAMPLE.detectedAt, alert: { ...ALERT_EXAMPLE, id: nameUuid(`change of ${name}`), alertId: nameUuid(name), orderId: name, ...more }, hasEnded });
const orders = (all: readonly Held[]): readonly string[] => digestOf('service', all, '/w').alerts.map(({ orderId }) => orderId);

test('a digest names what is due first, first, then the worse, and last what acting no longer helps', () => {
  expect(orders([
    held('never', { actBy: null, severity: 'critical' }), held('later', { actBy: '2026-03-10T00:00:00.000Z' }), held('soon', { actBy: '2026-03-09T00:00:00.000Z' }),
    held('ended', { actBy: '2026-03-01T00:00:00.000Z' }, true), held('soon and worse', { actBy: '2026-03-09T00:00:00.000Z', severity: 'critical' }),
  ])).toEqual(['soon and worse', 'soon', 'later', 'never']);
});

test('a digest counts all of its alerts, and names so many alerts and causes that it stays small', () => {
  const many = Array.from({ length: 3_000 }, (_, n) => held(`order-${n}`, {
    causeGroup: n % 7 === 0 ? null : `carrier:${n % 50 === 1 ? 'common' : String(n % 50)}|2026-03-06`, detectedAt: new Date(1_772_000_000_000 + n).toISOString(), headline: 'x'.repeat(100),
    severity: n < 10 ? 'critical' : 'warning',
  }, n >= 2_990));
  const digest = digestOf(null, many, '/v1/worklist');
  expect(alertDigest.strict().parse(digest)).toMatchObject({
    team: null, total: 3_000, ended: 10, bySeverity: { critical: 10, warning: 2_980 }, from: new Date(1_772_000_000_000).toISOString(), until: new Date(1_772_000_002_999).toISOString(), worklist: '/v1/worklist',
  });
  expect([digest.alerts.length, digest.causeGroups.length]).toEqual([100, 10]);
  const counts = digest.causeGroups.map(({ alerts }) => alerts);
  expect(counts).toEqual([...counts].sort((a, b) => b - a));
  expect(JSON.stringify(digest).length).toBeLessThan(50_000);
});

test('a digest of what has all ended says just that', () => {
  expect(digestOf('service', [held('a', {}, true)], '/w')).toMatchObject({ total: 1, ended: 1, bySeverity: { critical: 0, warning: 0 }, causeGroups: [], actBy: null, alerts: [] });
});

test('an id stands for one content: the same alerts, as they stand, in whatever order', () => {
  const [a, b] = [held('a'), held('b')];
  const id = (...all: readonly Held[]): string => digestOf('service', all, '/w').id;
  expect(id(a, b)).toBe(id(b, a));
  expect(new Set([id(a, b), id(a), id(a, { ...b, hasEnded: true }), id(a, held('b', { id: nameUuid('another change') })), digestOf('logistics', [a, b], '/w').id]).size).toBe(5);
});
