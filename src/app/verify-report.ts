import { FINDING_KINDS, type FoundOfKind } from '../pipeline/verify/findings.js';
import type { LaneSummary } from '../pipeline/verify/verify-lane.js';
import { counted, grouped } from './report/layout.js';
import type { Verification } from './verify.js';

const sum = (lanes: readonly LaneSummary[], of: (lane: LaneSummary) => number): number => lanes.reduce((total, lane) => total + of(lane), 0);

const UNVERIFIED: Readonly<Record<keyof LaneSummary['unverified'], (n: number) => string>> = {
  facts_gone: (n) => `${counted(n, 'order')} with records that the topics no longer hold: these facts were taken as they are stored`,
  events_gone: (n) => `${counted(n, 'order')} of which cx.events or cx.alerts no longer hold every record: only what is left was compared`,
  other_rules: (n) => `${counted(n, 'order')} judged last by other rules than are configured: what was said of them was not recomputed`,
  unassessed: (n) => `${counted(n, 'order')} on which a rule fails: what was said of them was not recomputed`,
  moving: (n) => `${counted(n, 'order')} changed at every look: look again`,
  letters_gone: (n) => `${counted(n, 'dead letter')} of records that the topics no longer hold`,
  letters_trimmed: (n) => `${counted(n, 'refused record')} whose dead letters cx.dead-letters no longer holds`,
  letters_otherwise: (n) => `${counted(n, 'dead letter')} of records that would be taken now: limits, partitioner or version were others when they were read`,
  counts: (n) => `the counts of ${counted(n, 'partition')}, beyond their sum: older records are gone, or orders were moving`,
};

/** The report for a person. */
export function renderVerification(verification: Verification): string {
  const { lanes, found, stopped, isLive } = verification;
  const lines = [
    `Compared ${counted(lanes.length, 'lane')} of ${isLive ? 'a running' : 'a stopped'} installation in ${(verification.tookMs / 1_000).toFixed(1)} s:`,
    `  ${counted(sum(lanes, (l) => l.records), 'source record')}, ${counted(sum(lanes, (l) => l.orders), 'order')}`,
    `  cx.events ${grouped(sum(lanes, (l) => l.events))}, cx.alerts ${grouped(sum(lanes, (l) => l.alerts))}, cx.dead-letters ${grouped(sum(lanes, (l) => l.deadLetters))}`
    + ` (and ${counted(sum(lanes, (l) => l.repeats), 'repeat')}, to the byte), cx.journeys ${grouped(sum(lanes, (l) => l.journeys))}`,
    ...notes(lanes),
  ];
  if (stopped) lines.push('', 'Stopped at the first kind of difference; the rest was not looked at.');
  if (found.length === 0) return [...lines, '', 'No difference.', ''].join('\n');
  const total = found.reduce((all, { count }) => all + count, 0);
  lines.push('', `${counted(total, 'difference')} of ${counted(found.length, 'kind')}:`);
  for (const kind of found) lines.push('', ...renderKind(kind));
  return [...lines, ''].join('\n');
}

function notes(lanes: readonly LaneSummary[]): string[] {
  const told: string[] = [];
  for (const { lane, halt } of lanes) if (halt !== null) told.push(`Lane ${lane} stands still: ${halt}.`);
  const idle = lanes.filter(({ claimed }) => !claimed).map(({ lane }) => lane);
  if (idle.length > 0) told.push(`Never claimed by a worker: ${idle.length === 1 ? 'lane' : 'lanes'} ${idle.join(', ')}.`);
  const waiting = [
    [sum(lanes, (l) => l.waiting.records), 'source record', 'not applied yet'], [sum(lanes, (l) => l.waiting.outbox), 'record', 'of the outbox not known to be published'],
    [sum(lanes, (l) => l.waiting.journeys), 'journey', 'to be published'],
  ] as const;
  const left = waiting.filter(([n]) => n > 0).map(([n, what, how]) => `${counted(n, what)} ${how}`);
  if (left.length > 0) told.push(`Waiting: ${left.join(', ')}.`);
  const unverified = (Object.keys(UNVERIFIED) as (keyof typeof UNVERIFIED)[])
    .map((why) => [why, sum(lanes, (lane) => lane.unverified[why])] as const).filter(([, n]) => n > 0);
  if (unverified.length > 0) told.push('Not verifiable:', ...unverified.map(([why, n]) => `  ${UNVERIFIED[why](n)}`));
  return told.length > 0 ? ['', ...told] : [];
}

function renderKind({ kind, count, examples }: FoundOfKind): string[] {
  const { breaks, means } = FINDING_KINDS[kind];
  const lines = examples.map(({ lane, orderId, at, text }) =>
    `  lane ${lane}${orderId === null ? '' : `, order ${JSON.stringify(orderId)}`}${at === null ? '' : `, ${at}`}: ${text}`);
  const more = count > examples.length ? [`  and ${grouped(count - examples.length)} more`] : [];
  return [`${kind} (${grouped(count)}; ${breaks}): ${means}`, ...lines, ...more];
}

/** The report for a machine. */
export const verificationJson = ({ lanes, found, stopped, isLive, tookMs }: Verification): string =>
  `${JSON.stringify({ clean: found.length === 0, stopped, isLive, tookMs: Math.round(tookMs), lanes, differences: found }, null, 2)}\n`;
