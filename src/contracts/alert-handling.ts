import { z } from 'zod';
import { instant } from './envelope.js';
import { ALERT_OUTCOMES } from './names.js';

/** What people do with alerts: they take them up, put them off, and close them. */

const who = z.string().nullable().meta({ description: 'Who, as told' });
const why = z.string().nullable().meta({ description: 'What they mean to do, or why' });

/** That a person has taken an alert up. */
export const acknowledgement = z.object({ at: instant, by: who, note: why }).meta({ description: 'That a person has taken an alert up.' });
export type AcknowledgementBody = z.infer<typeof acknowledgement>;

/** That a person has put an alert off. */
export const snooze = z
  .object({ at: instant, until: instant.meta({ description: 'It is not on the worklist before, unless the alert changes' }), by: who, note: why })
  .meta({ description: 'That a person has put an alert off.' });
export type SnoozeBody = z.infer<typeof snooze>;

/** That a person has closed an alert. */
export const closure = z
  .object({ at: instant, outcome: z.enum(ALERT_OUTCOMES), by: who, note: why })
  .meta({ description: 'That a person has closed an alert, and what came of it.' });
export type ClosureBody = z.infer<typeof closure>;

const by = z.string().trim().min(1, 'expected a name').max(128, 'expected at most 128 characters').nullish().meta({ description: 'Who does it' });
const note = z.string().trim().min(1, 'expected a text').max(1_000, 'expected at most 1000 characters').nullish().meta({ description: 'What they mean to do, or why' });

/** Body of `POST /v1/alerts/{id}/ack`; it may be left out. */
export const acknowledgeRequest = z.strictObject({ by, note }).meta({ description: 'Who takes an alert up, and why.' });

/** Body of `POST /v1/alerts/{id}/snooze`. */
export const snoozeRequest = z
  .strictObject({ until: instant.meta({ description: 'When it is to be on the worklist again, at most 30 days ahead' }), by, note })
  .meta({ description: 'Until when an alert is put off, by whom, and why.' });

/** Body of `POST /v1/alerts/{id}/close`. */
export const closeRequest = z
  .strictObject({
    outcome: z.enum(ALERT_OUTCOMES, `expected one of ${ALERT_OUTCOMES.join(', ')}`).meta({ description: 'done: it was acted upon; not_possible: nothing could be done; false_alarm: there was no need to' }),
    by, note,
  })
  .meta({ description: 'What came of an alert, who closes it, and why.' });

/** Answer of `POST /v1/alerts/{id}/close`. */
export const closedAlert = z
  .object({
    id: z.uuid().meta({ description: 'Of the alert; the same as `alertId`' }),
    alertId: z.uuid(),
    state: z.literal('closed'),
    closed: closure,
  })
  .meta({ description: 'An alert that a person has closed.' });
export type ClosedAlert = z.infer<typeof closedAlert>;

export const ACKNOWLEDGE_EXAMPLE: z.input<typeof acknowledgeRequest> = { by: 'Ina', note: 'Asking the carrier where it is' };
export const SNOOZE_EXAMPLE: z.input<typeof snoozeRequest> = { until: '2026-03-08T08:00:00Z', by: 'Ina', note: 'The carrier answers tomorrow' };
export const CLOSE_EXAMPLE: z.input<typeof closeRequest> = { outcome: 'done', by: 'Ina', note: 'Told the customer the new date' };
export const CLOSED_ALERT_EXAMPLE: ClosedAlert = {
  id: 'd2b51c88-9230-5e9d-9e4f-5da0714e8f55', alertId: 'd2b51c88-9230-5e9d-9e4f-5da0714e8f55', state: 'closed',
  closed: { at: '2026-03-07T09:40:00.000Z', outcome: 'done', by: 'Ina', note: 'Told the customer the new date' },
};
