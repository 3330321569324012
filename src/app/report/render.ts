import { COVERABLE_SOURCES, SIGNALS, VERDICTS, type CoverableSource, type SignalName } from '../../contracts/names.js';
import type { Assessment } from '../../core/assessment.js';
import { storyOf, zoneOf } from '../../core/story.js';
import { oneLine, span, yearOf } from '../../core/story/words.js';
import { measureLines } from './measure-lines.js';
import { columns, counted, grouped, section, share, wrap, WIDTH } from './layout.js';
import { untoldLines } from './tell.js';
import type { OrderTally, ReplaySummary, WorstOrder } from './summary.js';
import { severitySum } from './worst-first.js';

const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const bySize = (a: readonly [string, number], b: readonly [string, number]): number => b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
const words = (name: string): string => name.replaceAll('_', ' ');

const MEANINGS = {
  failed: 'a critical pattern', poor: 'a pattern that warns', fair: 'something went wrong', good: 'ended, nothing wrong',
  on_course: 'not ended, nothing wrong so far',
} as const;

/** The time for fewer is the time to start. */
const WORTH_A_RATE = 10_000;

const head = ({ files, topics, asOf, tookMs, tally }: ReplaySummary): string[] => {
  const { range } = tally;
  const read = Object.values(topics).reduce((sum, topic) => sum + topic.read, 0);
  const rate = tookMs > 0 && read >= WORTH_A_RATE ? ` (${grouped(Math.round((read * 1000) / tookMs))} a second)` : '';
  return [
    ...wrap(`Replay of ${files.map((file) => oneLine(file, 80)).join(', ')}`, '', '  '),
    `${counted(read, 'event')} read in ${span(tookMs)}${rate}, ${counted(tally.orders, 'order')} of ${counted(tally.customers, 'customer')}`,
    ...(range === null ? [] : [`from ${utc(range.first)} to ${utc(range.last)}`]),
    ...(asOf === null ? [] : [`judged as of ${utc(asOf)}`]),
  ];
};

const verdicts = ({ orders, settled, verdicts: counts, healthyRecordsOnly, customers, customersHurt }: OrderTally): string[] => {
  if (orders === 0) return ['  No order was found.'];
  const rows = VERDICTS.map((verdict) => {
    const count = counts.get(verdict) ?? 0;
    return [words(verdict), grouped(count), share(count, orders), MEANINGS[verdict]];
  });
  return [
    ...columns(rows, [0, 3]),
    '',
    `  ${grouped(settled)} of ${counted(orders, 'order')} settled: ended, with nothing pending.`,
    ...wrap(`${counted(healthyRecordsOnly, 'order')} (${share(healthyRecordsOnly, orders)}) fair or good by the records, poor or failed for the customer.`, '  ', '  '),
    `  ${grouped(customersHurt)} of ${counted(customers, 'customer')} hurt by something major (severity 2 or more).`,
  ];
};

const signals = ({ signals: counts, orders }: OrderTally): string[] => {
  const found = [...counts].sort(([a, x], [b, y]) => y.orders - x.orders || SIGNALS.indexOf(a) - SIGNALS.indexOf(b));
  const rows = found.map(([signal, { orders: listed, open }]) => [words(signal), grouped(listed), share(listed, orders), grouped(open)]);
  return rows.length === 0 ? [] : columns([['', 'orders', 'share', 'still open'], ...rows]);
};

const patterns = ({ patterns: counts, orders }: OrderTally): string[] =>
  columns([...counts].sort(bySize).map(([pattern, count]) => [words(pattern), grouped(count), share(count, orders)]));

const endOf = ({ end, settled }: Assessment): string => (end === null ? 'not ended' : settled ? end.kind : `${end.kind}, not settled`);

const storyOfWorst = (zone: string) => ({ assessment, facts }: WorstOrder, index: number): string[] => {
  const { orderId, verdict, recordsVerdict, customerId, patterns: matched } = assessment;
  const severity = severitySum(assessment);
  const title = `${index + 1}. ${oneLine(orderId, 60)}: ${words(verdict)} (by records: ${words(recordsVerdict)}), ${endOf(assessment)}, severity sum ${severity}`;
  const [begun] = facts;
  const ownZone = zoneOf(facts, zone);
  const why = matched.map(({ pattern }) => words(pattern)).join(', ');
  return [
    ...(index === 0 ? [] : ['']),
    ...wrap(title, '  ', '     '),
    ...wrap(`customer ${customerId === null ? 'unknown' : oneLine(customerId, 60)}${begun === undefined ? '' : `, in ${yearOf(begun.at, ownZone)}, times in ${ownZone}`}${why === '' ? '' : `; ${why}`}`, '     ', '     '),
    ...storyOf(assessment, facts, { zone }).flatMap(({ when, adverse, text }) =>
      wrap(text, `     ${adverse ? '!' : ' '} ${when.padEnd(12)}  `, ' '.repeat(21), WIDTH)),
  ];
};

const refused = ({ refused: refusals }: ReplaySummary): string[] => {
  const sorted = [...refusals].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  return sorted.flatMap(([reason, { count, file, line, message }]) => [
    `  ${reason}: ${grouped(count)}, first at ${oneLine(file, 80)}:${line}`,
    ...(message === undefined ? [] : wrap(oneLine(message, 240), '    ', '    ')),
  ]);
};

const WAITS_FOR: Partial<Record<SignalName, readonly CoverableSource[]>> = {
  late_delivery: ['logistics'], broken_reschedule: ['logistics'], late_dispatch: ['logistics'],
  change_not_notified: ['notifications', 'logistics'], billing_error: ['billing', 'refunds'],
};
const WITHOUT_SILENCE: Partial<Record<SignalName, string>> = {
  quantity_shortfall: 'a delivery did not say what was in it',
  billing_error: 'delivered without any invoice, or billed in another currency',
};

/** Why a signal can't be told: the sources that are silent, else what the events left unsaid. */
const whyUnknown = (signal: SignalName, covered: ReadonlySet<CoverableSource>): string => {
  const silent = (WAITS_FOR[signal] ?? []).filter((source) => !covered.has(source));
  const unsaid = WITHOUT_SILENCE[signal];
  const because = silent.length > 0 ? [`nothing is known from ${silent.join(' and ')}`] : [];
  return [...because, ...(unsaid === undefined ? [] : [unsaid])].join('; or ');
};

const unknown = ({ tally, covered, tellability }: ReplaySummary): string[] => {
  const silent = COVERABLE_SOURCES.filter((source) => !covered.has(source));
  const rows = [...tally.unknown].sort(bySize).flatMap(([signal, count]) =>
    wrap(`${words(signal)}: ${counted(count, 'order')} (${whyUnknown(signal, covered)})`, '  ', '    '));
  const questions = tellability === undefined ? [] : untoldLines(tellability);
  return [
    ...(silent.length === 0 ? [] : [`  Silent sources: ${silent.join(', ')}.`]), ...rows,
    ...(questions.length === 0 ? [] : ['', '  Questions that this data has no answer to (touchpoint tell says more):', ...questions]),
  ];
};

const accounting = ({ topics }: ReplaySummary): string[] => {
  const rows = Object.entries(topics).filter(([, { read }]) => read > 0).map(([topic, { read, applied, duplicate, deadLetter }]) =>
    [topic, grouped(read), grouped(applied), grouped(duplicate), grouped(deadLetter)]);
  return rows.length === 0 ? [] : columns([['', 'read', 'applied', 'duplicate', 'refused'], ...rows]);
};

const mapped = ({ maps = [] }: ReplaySummary): string[] => {
  const rows = maps.map(({ map, records, events, silent, older, refused: bad, unlinked }) => [map, ...[records, events, silent, older, bad, unlinked].map(grouped)]);
  return rows.length === 0 ? [] : columns([['', 'records', 'events', 'said nothing', 'outdated', 'refused', 'unlinked'], ...rows]);
};

/** The report that ends a replay: plain text of at most 96 columns where words allow, ending in a newline. */
export const renderReport = (summary: ReplaySummary): string => {
  const { tally } = summary;
  const lines = [
    ...head(summary),
    ...section('What the customers lived through', verdicts(tally)),
    ...section('Signals', signals(tally)),
    ...section('Patterns', patterns(tally)),
    ...section('Measures', measureLines(summary.measures, summary.covered)),
    ...section(tally.worst.length === 1 ? 'The worst order' : `The worst ${tally.worst.length} orders`, tally.worst.flatMap(storyOfWorst(summary.zone))),
    ...section('What cannot be told', unknown(summary)),
    ...section('What was refused', refused(summary)),
    ...section('What the maps made of the records', mapped(summary)),
    ...section('Every event accounted for', accounting(summary)),
  ];
  return `${lines.join('\n')}\n`;
};
