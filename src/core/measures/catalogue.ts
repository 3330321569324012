import { changeNotice } from './change-notice.js';
import { contactRate } from './contact-rate.js';
import { dispatching } from './dispatching.js';
import { durations } from './durations.js';
import type { MeasureFamily } from './family.js';
import { inFull } from './in-full.js';
import { invoiceAccuracy } from './invoice-accuracy.js';
import { onTime } from './on-time.js';
import { orders } from './orders.js';
import { promiseKeeping } from './promise-keeping.js';
import { signalCounts } from './signal-counts.js';

/** Every measure that is a sum over placed orders; those of answers are in feedback.ts, those of customers in customers.ts. */
export const FAMILIES: readonly MeasureFamily[] = [
  orders, onTime, inFull, durations, promiseKeeping, changeNotice, dispatching, invoiceAccuracy, contactRate, signalCounts,
];
