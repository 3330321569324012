import { STATUS_CODES } from 'node:http';
import type { HttpProblem } from '../problems.js';
import { html, htmlText } from './html.js';
import { layout, type Page } from './layout.js';

/** A fault of ours may be over soon; an order nobody heard of may yet be placed. */
const LOOK_AGAIN_S = 15;

/** Why there is no page, for a person; `requestId` finds it in the log. */
export const faultPage = ({ status, message }: HttpProblem, requestId: string): Page => ({
  title: STATUS_CODES[status] ?? 'Error',
  refresh: LOOK_AGAIN_S,
  body: html`<h1>${STATUS_CODES[status] ?? 'Error'}</h1>
<p>${message}</p>
<p><a href="/">How all orders stand</a></p>
<p class="soft">Request ${requestId}</p>`,
});

/** The same for an address that is not there, and will not be. */
export const missingPage = (problem: HttpProblem, requestId: string): string => htmlText(layout({ ...faultPage(problem, requestId), refresh: null }));
