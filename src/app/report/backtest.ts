import type { AlertCount } from '../../core/backtest/alert-count.js';
import type { Backtest, BeforeAndAfter, OrderDifference } from '../../core/backtest/backtest.js';
import type { NameCount } from '../../core/backtest/names-count.js';
import type { RaisedAlert } from '../../core/backtest/order-life.js';
import { instantText } from '../../core/instant-text.js';
import { oneLine, span } from '../../core/story/words.js';
import type { SettingChanges } from '../config/setting-changes.js';
import { columns, counted, grouped, section, share, wrap } from './layout.js';

/** What a backtest was asked, and what it found. */
export interface BacktestSummary {
  readonly result: Backtest;
  /** Of each configuration: where it stands, and the version of its rules. */
  readonly rules: BeforeAndAfter<{ readonly name: string; readonly version: string }>;
  readonly settings: SettingChanges;
  /** The time reached at which orders were judged last, ms; null: there were none. */
  readonly asOf: number | null;
  readonly tookMs: number;
}

/** The report of `touchpoint backtest`, for people in a meeting. */
export function renderBacktest({ result, rules, settings, asOf, tookMs }: BacktestSummary): string {
  const { orders, differing, unassessed, verdicts, patterns, signals } = result;
  const lines = [
    ...wrap(`${counted(orders, 'order')}, judged by ${described(rules.before)} and by ${described(rules.after)}${asOf === null ? '' : `, as of ${instantText(asOf)}`}, in ${span(tookMs)}`, '', '  '),
    ...wrap(settings.rules.length === 0 ? 'No rule differs.' : `Rules that differ: ${settings.rules.join(', ')}`, '', '  '),
    ...(settings.others.length === 0 ? [] : wrap(`These differ as well, and are no rules; they were not tried: ${settings.others.join(', ')}`, '', '  ')),
    '',
    `${grouped(differing)} of ${counted(orders, 'order')} ${differing === 1 ? 'differs' : 'differ'} (${share(differing, orders)}).`,
    ...(unassessed === 0 ? [] : wrap(`On ${counted(unassessed, 'order')} a rule failed: nothing below is about ${unassessed === 1 ? 'it' : 'them'}.`, '', '  ')),
    ...section('Verdicts', nameLines(verdicts)),
    ...section('Patterns', nameLines(patterns)),
    ...section('Signals', nameLines(signals)),
    ...section('Alerts, had each event been read when it happened', alertLines(result)),
    ...section('Once a service that holds these orders takes up the rules', publishedLines(result)),
  ];
  return `${lines.join('\n')}\n`;
}

const described = ({ name, version }: { readonly name: string; readonly version: string }): string => `${oneLine(name, 80)} (rules ${version})`;

const moves = ({ gained, lost, changed }: NameCount): boolean => gained + lost + changed > 0;

/** A row for each that moves, those that move most first, with examples below; the others are counted. */
function nameLines(names: readonly NameCount[]): string[] {
  const moving = names.filter(moves).sort((a, b) => movements(b) - movements(a));
  const same = names.length - moving.length;
  const rows = columns([HEAD, ...moving.map(rowOf)]).flatMap((row, i) => [row, ...(i === 0 ? [] : exampleLines(moving[i - 1]))]);
  return [...(moving.length === 0 ? [] : rows), ...(same === 0 ? [] : [`  ${moving.length === 0 ? `${same}` : `${same} more`}: the same orders as before`])];
}

const HEAD = ['', 'before', 'after', 'gained', 'lost', 'otherwise'];
const rowOf = ({ name, before, after, gained, lost, changed }: NameCount): string[] =>
  [name.replaceAll('_', ' '), ...[before, after, gained, lost, changed].map(grouped)];
const movements = ({ gained, lost, changed }: NameCount): number => gained + lost + changed;

const HOW = { gained: 'gained by', lost: 'lost by', changed: 'otherwise for' } as const;

function exampleLines(name: NameCount | undefined): string[] {
  if (name === undefined) return [];
  return (['gained', 'lost', 'changed'] as const).flatMap((how) => {
    const ids = name.examples[how];
    const more = name[how] - ids.length;
    return ids.length === 0 ? [] : wrap(`${HOW[how]} ${ids.map((id) => oneLine(id, 60)).join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`, '      ', '        ');
  });
}

function alertLines({ alerts: { all, teams, orders } }: Backtest): string[] {
  if (all.before.raised + all.after.raised === 0) return ['  None, before or after.'];
  const row = (name: string, { before, after }: BeforeAndAfter<AlertCount>): string[] =>
    [oneLine(name, 64), grouped(before.raised), grouped(after.raised), signed(after.raised - before.raised), `${grouped(before.critical)} > ${grouped(after.critical)}`, dayOf(before), dayOf(after)];
  return [
    ...columns([['team', 'before', 'after', '', 'critical', 'most a day before', 'after'], ...teams.map((team) => row(team.team, team)), ...(teams.length > 1 ? [row('all', all)] : [])]),
    `  ${counted(orders.before, 'order')} with an alert before, ${grouped(orders.after)} after`,
    ...exampleLines(orders),
  ];
}

const signed = (n: number): string => (n > 0 ? `+${grouped(n)}` : n < 0 ? `-${grouped(-n)}` : '=');
const dayOf = ({ busiest }: AlertCount): string => (busiest === null ? '-' : `${grouped(busiest.raised)} on ${busiest.day}`);

const publishedLines = ({ published: { events, raised, updated, resolved } }: Backtest): string[] => [
  ...wrap(`it publishes ${counted(events, 'event')} on cx.events; it raises ${counted(raised, 'alert')}, updates ${grouped(updated)} and resolves ${grouped(resolved)}.`, '  ', '  '),
  ...(raised === 0 ? [] : wrap('Alerts on what is older than alerts.maxAge are raised as backfill, and sent nowhere.', '  ', '  ')),
];

/** The same for programs. */
export const backtestJson = ({ result, rules, settings, asOf }: BacktestSummary): string =>
  `${JSON.stringify({ rules, settings, asOf: asOf === null ? null : instantText(asOf), ...result }, null, 2)}\n`;

/** A line of `--out`: one order that differs. */
export const differenceLine = ({ orderId, assessed, alerts }: OrderDifference): string =>
  JSON.stringify({ orderId, ...assessed, ...(alerts === null ? {} : { alerts: { before: alerts.before.map(alertBody), after: alerts.after.map(alertBody) } }) });

const alertBody = ({ at, team, severity }: RaisedAlert) => ({ at: instantText(at), team, severity });
