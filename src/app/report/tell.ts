import { NEEDS } from '../../core/tellability/needs.js';
import type { Answer, Tellability } from '../../core/tellability/tellability.js';
import { columns, counted, grouped, section, share, wrap } from './layout.js';

/** How far the data answers a question. */
export type Extent = 'told' | 'in_part' | 'untold' | 'none_concerned';

export function extentOf({ concerned, told, missing }: Answer): Extent {
  if (missing.length === 0) return concerned === 0 ? 'none_concerned' : 'told';
  return told === 0 ? 'untold' : 'in_part';
}

const NEVER = 'What never occurs in the data either never happened or nobody recorded it; the data cannot say which.';

/** The report of `touchpoint tell`: what can be known of these orders, what not, and whom to ask; for people in a meeting. */
export function renderTellability(tellability: Tellability): string {
  const { orders, placed, answers } = tellability;
  const by = (extent: Extent): readonly Answer[] => answers.filter((answer) => extentOf(answer) === extent);
  const untold = by('untold');
  const lines = [
    `What the data of ${counted(orders, 'order')} can tell`,
    ...(placed < orders ? wrap(`Of ${counted(orders - placed, 'order')} it is not known that ${orders - placed === 1 ? 'it was' : 'they were'} placed (${NEEDS.placed.fields}, from ${NEEDS.placed.system}); nothing below is about ${orders - placed === 1 ? 'it' : 'them'}.`, '  ', '  ') : []),
    ...section('It tells', by('told').flatMap(toldLines)),
    ...section('It tells in part', spaced(by('in_part').map((answer) => [...toldLines(answer), ...missingLines(answer)]))),
    ...section('It cannot tell', untold.length === 0 ? [] : spaced([wrap(NEVER, '  ', '  '), ...untold.map((answer) => [...wrap(asked(answer), '  ', '    '), ...missingLines(answer), ...gainLines(answer)])])),
    ...section('No order raises the question', by('none_concerned').flatMap((answer) => wrap(`${asked(answer)} There are no ${answer.question.of.words}.`, '  ', '    '))),
    ...section('Whom to ask, and for what', systemLines(answers)),
    ...section('Who, where, with whom: orders whose events name it', placeLines(tellability)),
  ];
  return `${lines.join('\n')}\n`;
}

const spaced = (blocks: readonly (readonly string[])[]): string[] => blocks.flatMap((block, i) => (i === 0 ? block : ['', ...block]));

/** The question, and the names of what rests on it. */
const asked = ({ question: { asks, signals, measures } }: Answer): string => `${asks} (${[...signals, ...measures].join(', ')})`;

/** `1 delivered order`, `2 delivered orders`: those that the question is about. */
const concernedOf = ({ concerned, question: { of } }: Answer): string => `${grouped(concerned)} ${concerned === 1 ? of.one : of.words}`;

const toldLines = (answer: Answer): string[] => wrap(`${share(answer.told, answer.concerned)} of ${concernedOf(answer)}: ${asked(answer)}`, '  ', '    ');

function missingLines(answer: Answer): string[] {
  return answer.missing.flatMap(({ need, orders }) => {
    const { what, fields, system, of } = NEEDS[need];
    const among = concernedOf(answer);
    const lacking = of === 'data' ? `There is no ${what} in the data`
      : orders < answer.concerned ? `${grouped(orders)} of ${among} ${orders === 1 ? 'has' : 'have'} no ${what}`
      : orders === 1 ? `The one ${answer.question.of.one} has no ${what}`
      : `None of ${among} has ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`;
    return wrap(`${lacking}: ${fields}, from ${system}.`, '    ', '    ');
  });
}

const gainLines = (answer: Answer): string[] =>
  wrap(`It would show ${answer.question.shows}${answer.concerned === 0 ? '' : ` (${concernedOf(answer)})`}.`, '    ', '    ');

/** What each system is to be asked for, those with most to give first. */
function systemLines(answers: readonly Answer[]): string[] {
  const bySystem = new Map<string, Map<string, number>>();
  for (const { missing } of answers) {
    for (const { need } of missing) {
      const { system, fields } = NEEDS[need];
      const asks = bySystem.get(system) ?? new Map<string, number>();
      bySystem.set(system, asks.set(fields, (asks.get(fields) ?? 0) + 1));
    }
  }
  const questions = (asks: ReadonlyMap<string, number>): number => [...asks.values()].reduce((sum, count) => sum + count, 0);
  return [...bySystem].sort(([, a], [, b]) => questions(b) - questions(a))
    .flatMap(([system, asks]) => wrap(`${system}: ${[...asks.keys()].join('; ')}`, '  ', '    '));
}

const placeLines = ({ places, placed }: Tellability): string[] =>
  columns([...places].sort(([, a], [, b]) => b - a).map(([key, count]) => [key, grouped(count), share(count, placed)]));

/** The same in a few lines, for the end of a replay's report. */
export function untoldLines({ answers }: Tellability): string[] {
  return answers.filter((answer) => extentOf(answer) === 'untold' && answer.concerned > 0).flatMap(({ question, concerned, missing }) => {
    const needs = missing.filter(({ orders }) => orders === concerned).map(({ need }) => NEEDS[need]);
    return wrap(`${question.asks} No ${needs.map(({ what }) => what).join(', no ')} in the data; ask ${[...new Set(needs.map(({ system }) => system))].join(', ')}.`, '  ', '    ');
  });
}

/** The same for programs. */
export function tellabilityJson({ orders, placed, answers, places }: Tellability): string {
  return `${JSON.stringify({
    orders, placed,
    questions: answers.map((answer) => ({
      asks: answer.question.asks, signals: answer.question.signals, measures: answer.question.measures, extent: extentOf(answer),
      of: answer.question.of.words, concerned: answer.concerned, told: answer.told,
      missing: answer.missing.map(({ need, orders: lacking }) => ({ what: NEEDS[need].what, fields: NEEDS[need].fields, system: NEEDS[need].system, orders: lacking })),
      shows: answer.question.shows,
    })),
    places: Object.fromEntries(places),
  }, null, 2)}\n`;
}
