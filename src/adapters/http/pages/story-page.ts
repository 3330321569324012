import { guidanceOf, type AlertRules } from '../../../core/alert-rules.js';
import { storyOf, wordsFor, zoneOf, type StoryLine } from '../../../core/story.js';
import { sentenceOfSignal } from '../../../core/story/signal-sentences.js';
import type { Words } from '../../../core/story/words.js';
import type { OrderView } from '../ports.js';
import { html, type Html } from './html.js';
import { verdictBadge, words, type Page } from './layout.js';

/** Lines of one page: a journey may have thousands. */
const LONGEST_STORY = 500;

export interface StorySettings {
  readonly alertRules: AlertRules;
  /** For orders that name no time zone of their own. */
  readonly promiseTimeZone: string;
  /** Wall clock, ms. */
  readonly now: number;
}

/** The page of one order: what was promised, what went wrong, and the story told in order. */
export function storyPage(view: OrderView, { alertRules, promiseTimeZone, now }: StorySettings): Page {
  const { assessment, facts } = view;
  const told = wordsFor(facts, promiseTimeZone);
  return {
    title: `Order ${assessment.orderId}`,
    refresh: 30,
    body: html`<h1>Order ${assessment.orderId}</h1>
${summary(view, told)}
${advice(view, alertRules, told, now)}
${assessment.signals.length === 0 ? null : html`<h2>What the customer lived through</h2>${signalTable(view, told)}`}
<h2>The story</h2>
${story(storyOf(assessment, facts, { zone: promiseTimeZone, events: 'all', goods: true }))}
<p class="soft">Times are those of ${zoneOf(facts, promiseTimeZone)}. <a href="/v1/orders/${encodeURIComponent(assessment.orderId.toWellFormed())}">The same as JSON</a></p>`,
  };
}

function summary({ assessment }: OrderView, told: Words): Html {
  const { verdict, recordsVerdict, settled, end, promises, lastTold, customerId, place, unknown } = assessment;
  const rows: readonly (readonly [string, string | Html | null])[] = [
    ['Verdict', html`${verdictBadge(verdict)}${recordsVerdict === verdict ? null : html` (by the records alone: ${verdictBadge(recordsVerdict)})`}`],
    ['State', `${end === null ? 'under way' : `${end.kind} ${told.moment(end.at)}`}${settled ? ', settled' : ''}`],
    ['Customer', customerId],
    ['Promised', dated(promises.latest, told) ?? (promises.original === null ? 'nothing' : 'no date at present')],
    ['First promise', promises.original === promises.latest ? null : dated(promises.original, told)],
    ['Judged by', promises.baseline === promises.original ? null : dated(promises.baseline, told)],
    ['Last told', lastTold === null ? 'nothing' : `${dated(lastTold.stated, told) ?? words(lastTold.about)}, on ${told.moment(lastTold.at)}`],
    ['Place', Object.entries(place).map(([key, value]) => `${key} ${value}`).join(', ') || null],
    ['Cannot be told', unknown.map(words).join(', ') || null],
  ];
  return html`<dl>${rows.map(([term, value]) => (value === null ? null : html`<dt>${term}</dt><dd>${value}</dd>`))}</dl>`;
}

/** A promise as it was given, in the words of the story: a date stays a date. */
function dated(text: string | null, told: Words): string | null {
  if (text === null) return null;
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) return text;
  return told.promise({ text, instant: /^\d{4}-\d{2}-\d{2}$/.test(text) ? null : instant });
}

function advice({ assessment, alert }: OrderView, rules: AlertRules, told: Words, now: number): Html | null {
  if (alert?.state === 'closed') return html`<p class="soft">A person has closed the alert on this order.</p>`;
  const [first, ...rest] = assessment.patterns;
  if (first === undefined) return null;
  const guidance = guidanceOf(rules, [first, ...rest], assessment.place, assessment.end !== null);
  const { actBy, actByReason } = guidance;
  const helps = actBy !== null && actBy >= now;
  const until = actBy === null ? `acting no longer helps: ${actByReason}` : `${helps ? 'until' : 'was worth doing until'} ${told.moment(actBy)}: ${actByReason}`;
  return html`<h2>${helps ? 'What would help' : 'What would have helped'}</h2>
<p><strong>${guidance.nextAction.text}</strong></p>
<p class="soft">${guidance.owner}; ${until}</p>
<p class="soft">Because of: ${assessment.patterns.map(({ pattern, severity }) => `${words(pattern)} (${severity})`).join(', ')}</p>`;
}

const SEVERITY_WORDS = ['neutral', 'minor', 'major', 'grave'] as const;

const signalTable = ({ assessment, facts }: OrderView, told: Words): Html => html`<div class="scroll"><table>
<thead><tr><th>Signal</th><th>Weight</th><th>Since</th><th>State</th><th>In short</th></tr></thead>
<tbody>${assessment.signals.map((signal) => html`<tr><td>${words(signal.signal)}</td><td>${SEVERITY_WORDS[signal.severity]}</td><td class="time">${told.moment(signal.opensAt)}</td>
<td class="short">${signal.state === 'open' ? 'open' : 'put right'}</td><td>${sentenceOfSignal(signal, told, facts)}</td></tr>`)}</tbody>
</table></div>`;

const story = (lines: readonly StoryLine[]): Html => html`<ol class="story">${lines.slice(0, LONGEST_STORY).map((line) => html`<li class="${tone(line)}"><time datetime="${new Date(line.at).toISOString()}">${line.when}</time>${line.text}${line.kind === 'event' ? null : html` <strong>${words(line.type)}</strong>`}</li>
`)}</ol>
${lines.length > LONGEST_STORY ? html`<p class="soft">${lines.length - LONGEST_STORY} more are not shown here.</p>` : null}`;

const tone = ({ kind, adverse }: StoryLine): string => (kind === 'good' ? 'well' : adverse ? 'adverse' : 'plain');
