import type { OpenAlert } from '../../../contracts/alerts.js';
import type { SignalState } from '../../../core/assessment.js';
import type { OrderView } from '../ports.js';
import { html, type Html } from './html.js';
import { lacksNotice, orderLink, timeTag, verdictBadge, words, type Page } from './layout.js';
import type { BoundedCount, Overview } from './overview.js';

const VERDICT_TILES = ['failed', 'poor', 'fair'] as const;

/** The front page: how orders stand, what a person should do now, and the worst of them. */
export const overviewPage = (overview: Overview): Page => ({
  title: 'Orders now',
  refresh: 5,
  body: html`<h1>Orders now</h1>
<p class="soft">What the customers of these orders lived through, judged from everything that was recorded about each.</p>
${lacksNotice(overview.lacks)}
<ul class="tiles">
<li><b>${counted(overview.counts.all)}</b> known orders</li>
${VERDICT_TILES.map((verdict) => html`<li><b class="${verdict}">${counted(overview.counts[verdict])}</b> <a href="/orders?verdict=${verdict}">${verdict}</a></li>`)}
</ul>
<h2>A person can still help</h2>
${overview.needsPerson.length === 0 ? html`<p class="soft">No order waits for anyone at present.</p>` : alertTable(overview.needsPerson)}
<h2>The worst orders</h2>
${overview.worst.length === 0 ? html`<p class="soft">No order is poor or failed.</p>` : orderTable(overview.worst)}
${overview.partial ? html`<p class="soft">Both lists come from the first 300 failed and poor orders; the links above lead to all of them.</p>` : null}
<p class="soft">All times are UTC. The page renews itself.</p>`,
});

const counted = ({ count, atLeast }: BoundedCount): string => `${count.toLocaleString('en')}${atLeast ? '+' : ''}`;

const alertTable = (alerts: readonly OpenAlert[]): Html => html`<div class="scroll"><table>
<thead><tr><th>Order</th><th>Why</th><th>What to do</th><th>Who</th><th>Until</th></tr></thead>
<tbody>${alerts.map(({ orderId, patterns, nextAction, owner, acknowledged, actBy }) => html`<tr><td class="id">${orderLink(orderId)}</td>
<td>${patterns.map(words).join(', ')}</td><td>${nextAction?.text ?? null}</td>
<td class="short">${owner}${acknowledged === null ? null : ', taken up'}</td><td class="time">${actBy === null ? null : timeTag(Date.parse(actBy))}</td></tr>`)}</tbody>
</table></div>`;

/** Orders one a line, as they come. */
export const orderTable = (views: readonly OrderView[]): Html => html`<div class="scroll"><table>
<thead><tr><th>Order</th><th>Verdict</th><th>State</th><th>What happened</th><th>Last</th></tr></thead>
<tbody>${views.map(({ assessment, facts }) => html`<tr><td class="id">${orderLink(assessment.orderId)}</td><td>${verdictBadge(assessment.verdict)}</td>
<td class="short">${assessment.end === null ? 'under way' : assessment.end.kind}</td><td>${inShort(assessment.signals)}</td>
<td class="time">${lastFact(facts)}</td></tr>`)}</tbody>
</table></div>`;

const lastFact = (facts: OrderView['facts']): Html | null => {
  const last = facts.at(-1);
  return last === undefined ? null : timeTag(last.at);
};

const inShort = (signals: readonly SignalState[]): string =>
  signals.filter(({ severity }) => severity > 0).toSorted((a, b) => b.severity - a.severity || a.opensAt - b.opensAt).map(({ signal, state }) => (state === 'resolved' ? `${words(signal)} (put right)` : words(signal))).join(', ');
