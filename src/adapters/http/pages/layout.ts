import { VERDICTS, type Verdict } from '../../../contracts/names.js';
import { type Lacks, lacksSentence } from '../lacks.js';
import { html, type Html } from './html.js';

export interface Page {
  readonly title: string;
  /** Seconds after which the browser loads it anew; null: never. */
  readonly refresh: number | null;
  readonly body: Html;
}

/** The frame of every page. */
export const layout = ({ title, refresh, body }: Page): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh === null ? null : html`<meta http-equiv="refresh" content="${refresh}">`}
<title>${title} - Touchpoint</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><a class="name" href="/">Touchpoint</a><nav>${VERDICTS.map((verdict) => html`<a href="/orders?verdict=${verdict}">${words(verdict)}</a> `)}</nav><a class="soft" href="/docs">API</a></header>
<main>
${body}
</main>
</body>
</html>
`;

/** `late_delivery` as a person reads it. */
export const words = (name: string): string => name.replaceAll('_', ' ');

/** What is missing on a page over many orders, for a person; null: nothing. */
export const lacksNotice = (lacks: Lacks): Html | null => {
  const sentence = lacksSentence(lacks);
  return sentence === null ? null : html`<p class="poor" role="status">${sentence}</p>`;
};

export const verdictBadge = (verdict: Verdict): Html => html`<span class="v ${verdict}">${words(verdict)}</span>`;

export const orderLink = (orderId: string): Html => html`<a href="/orders/${encodeURIComponent(orderId.toWellFormed())}">${orderId}</a>`;

/** To the minute, UTC, which every page says once. */
export const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

export const timeTag = (ms: number): Html => html`<time datetime="${new Date(ms).toISOString()}">${minute(ms)}</time>`;
