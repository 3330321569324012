import { z } from 'zod';
import { acknowledgement, snooze } from './alert-handling.js';
import { count, knownPlace, patternName, patternSeverity } from './assessed.js';
import { instant } from './envelope.js';
import { ALERT_OUTCOMES, ALERT_TYPES } from './names.js';
import { nextCursor } from './page.js';

/** Value of `cx.alerts` (key: the order): one alert per order at a time. */
export const alert = z
  .object({
    id: z.uuid().meta({ description: 'Of this change of the alert' }),
    alertId: z.uuid().meta({ description: 'Of the alert, the same from raised to resolved' }),
    type: z.enum(ALERT_TYPES),
    orderId: z.string(),
    customerId: z.string().nullable(),
    occurredAt: instant,
    detectedAt: instant,
    episode: z.int().min(1),
    revision: count,
    sequence: z.int().min(1).meta({ description: 'Rises with every change of the order, gaps allowed' }),
    reason: z.enum(['cleared', 'expired', 'closed']).optional().meta({ description: 'Of alert.resolved: no pattern is left, it is past its use, or a person closed it' }),
    outcome: z.enum(ALERT_OUTCOMES).optional().meta({ description: 'Of one that a person closed: it was acted upon, nothing could be done, or there was no need to' }),
    severity: patternSeverity.meta({ description: 'The worst of its patterns' }),
    patterns: z.array(patternName).meta({ description: 'Those matched now; of an alert that expired or was closed, those that it was about' }),
    headline: z.string().meta({ description: 'One line for a person' }),
    promise: z.string().nullable().meta({ description: 'The promise in force, as given' }),
    lastTold: z
      .object({ stated: z.string().nullable(), about: z.string(), at: instant })
      .nullable()
      .meta({ description: 'What the customer was last told, and when' }),
    owner: z.string().nullable().meta({ description: 'The team that should act' }),
    nextAction: z.object({ code: z.string(), text: z.string() }).nullable(),
    actBy: instant.nullable().meta({ description: 'Until when acting still helps; null when it does not' }),
    actByReason: z.string().nullable(),
    causeGroup: z.string().nullable().meta({ description: 'Orders with the same group probably suffer from the same cause' }),
    mode: z.enum(['live', 'backfill']).meta({ description: 'backfill: what happened is old, nobody is sent anything. Once live, an alert stays so to its end' }),
    place: knownPlace,
    rules: z.string(),
  })
  .meta({ description: 'A person should look at an order, or need not any more.' });
export type Alert = z.infer<typeof alert>;

/** An alert in `GET /v1/alerts`: what `cx.alerts` said last of it, as its order stands now. */
export const openAlert = alert
  .pick({
    alertId: true, orderId: true, customerId: true, occurredAt: true, episode: true, revision: true, severity: true, patterns: true, headline: true,
    promise: true, lastTold: true, owner: true, nextAction: true, actBy: true, actByReason: true, causeGroup: true, mode: true, place: true,
  })
  .extend({
    id: z.uuid().meta({ description: 'Of the alert, for its address; the same as `alertId`' }),
    state: z.literal('open'),
    acknowledged: acknowledgement.nullable().meta({ description: 'null: nobody has taken it up' }),
    snoozed: snooze.nullable().meta({ description: 'null: it is not put off, or not any more' }),
  })
  .meta({ description: 'An order that a person should look at.' });
export type OpenAlert = z.infer<typeof openAlert>;

/** `GET /v1/alerts` */
export const alertPage = z
  .object({
    alerts: z.array(openAlert),
    nextCursor,
  })
  .meta({ description: 'A page of open alerts.' });
export type AlertPageBody = z.infer<typeof alertPage>;

/** `GET /v1/worklist` */
export const worklistPage = z
  .object({
    alerts: z.array(openAlert).meta({ description: 'What is due first, first; what acting no longer helps, last' }),
    total: count.meta({ description: 'Alerts on the whole list, of all pages' }),
    causeGroups: z.array(z.object({ causeGroup: z.string(), alerts: count })).meta({ description: 'Causes that most alerts of the whole list share, at most ten' }),
    customers: z.array(z.object({ customerId: z.string(), alerts: count })).meta({ description: 'Customers with the most alerts of the whole list, two or more, at most ten; empty without the scope read:personal' }),
    nextCursor,
  })
  .meta({ description: 'A page of what is to be done, in the order in which to do it.' });
export type WorklistPageBody = z.infer<typeof worklistPage>;

export const ALERT_EXAMPLE: Alert = {
  id: 'c1a40b77-812f-5d8c-8d3e-4c9f603d7e44', alertId: 'd2b51c88-9230-5e9d-9e4f-5da0714e8f55', type: 'alert.raised',
  orderId: 'A-1001', customerId: 'C-77', occurredAt: '2026-03-06T22:59:59.999Z', detectedAt: '2026-03-06T23:00:05.120Z',
  episode: 1, revision: 0, sequence: 3, severity: 'warning', patterns: ['missed_promise'],
  headline: 'Late delivery; the order is still open', promise: '2026-03-09T18:00:00+01:00',
  lastTold: { stated: '2026-03-09', about: 'reschedule', at: '2026-03-05T07:30:00.000Z' },
  owner: 'customer-service', nextAction: { code: 'chase_delivery', text: 'Find the parcel, set a new date and tell it to the customer.' },
  actBy: '2026-03-09T22:59:59.999Z', actByReason: 'beyond three days of lateness most customers turn away',
  causeGroup: 'carrier:north-post|2026-03-06', mode: 'live', place: { carrier: 'north-post' }, rules: 'default-1',
};

/** What else `alert.raised` says is left out by the schema. */
export const OPEN_ALERT_EXAMPLE: OpenAlert = openAlert.parse({
  ...ALERT_EXAMPLE, id: ALERT_EXAMPLE.alertId, state: 'open', acknowledged: { at: '2026-03-07T08:12:00.000Z', by: 'Ina', note: 'Asking the carrier where it is' }, snoozed: null,
});
export const ALERT_PAGE_EXAMPLE: AlertPageBody = { alerts: [OPEN_ALERT_EXAMPLE], nextCursor: null };
export const WORKLIST_EXAMPLE: WorklistPageBody = { alerts: [OPEN_ALERT_EXAMPLE], total: 2, causeGroups: [{ causeGroup: 'carrier:north-post|2026-03-06', alerts: 2 }], customers: [{ customerId: 'C-77', alerts: 2 }], nextCursor: null };
