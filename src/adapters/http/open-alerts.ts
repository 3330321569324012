import { z } from 'zod';
import type { OpenAlert } from '../../contracts/alerts.js';
import { alertContent, wasTold } from '../../core/alerts.js';
import { instantText } from '../../core/instant-text.js';
import { alertIdOf, alertIndex } from '../../pipeline/alert-id.js';
import type { Handled } from '../../pipeline/alert-handling.js';
import { alertFields } from '../../pipeline/render.js';
import type { HttpPorts, OrderView } from './ports.js';
import type { StoreAccess } from './store-access.js';

/** An alert by what its order says, before anybody is asked what people did with it. */
export type UnhandledAlert = Omit<OpenAlert, 'acknowledged' | 'snoozed'>;

/** null: the order has none that is open. */
export function openAlertOf({ assessment, alert }: OrderView, { alertRules }: Pick<HttpPorts, 'alertRules'>): UnhandledAlert | null {
  const content = alert?.state === 'open' ? alertContent(assessment, alertRules) : null;
  if (alert === null || content === null) return null;
  const { patterns, ...fields } = alertFields(content, assessment);
  const { orderId, customerId, place } = assessment;
  const id = alertIdOf(orderId, alert.episode);
  return {
    id, alertId: id, state: 'open', orderId, customerId, occurredAt: instantText(content.at), episode: alert.episode, revision: alert.revision,
    ...fields, patterns: [...patterns], mode: wasTold(alert) ? 'live' : 'backfill', place,
  };
}

/** The alert with what people did with it; null: one of them closed it, and its lane has yet to say so. @param now wall clock, ms */
export function handledAlert(alert: UnhandledAlert, { acknowledged, snoozed, closed }: Handled, now: number): OpenAlert | null {
  if (closed !== null) return null;
  return {
    ...alert,
    acknowledged: acknowledged === null ? null : { ...acknowledged, at: instantText(acknowledged.at) },
    snoozed: snoozed === null || snoozed.revision !== alert.revision || snoozed.until <= now ? null
      : { at: instantText(snoozed.at), until: instantText(snoozed.until), by: snoozed.by, note: snoozed.note },
  };
}

/** Those that are open, with what people did with them. */
export async function handledAlerts(alerts: readonly UnhandledAlert[], { handling, clock }: HttpPorts, store: StoreAccess): Promise<OpenAlert[]> {
  const handled = await store.bounded(handling.of(alerts.map(({ id }) => id)));
  const now = clock.now();
  return alerts.flatMap((alert, i) => handledAlert(alert, handled[i] ?? NOBODY, now) ?? []);
}

const NOBODY: Handled = { acknowledged: null, snoozed: null, closed: null };

export const isAlertId = (id: string): boolean => z.uuid().safeParse(id).success;

/** The alert of this id with its order; null: none is open. */
export async function findAlert(store: StoreAccess, ports: HttpPorts, id: string): Promise<{ readonly view: OrderView; readonly alert: UnhandledAlert } | null> {
  const { orderIds: [orderId] } = await store.page(alertIndex(id), null, 1);
  const view = orderId === undefined ? null : await store.view(orderId);
  const alert = view === null ? null : openAlertOf(view, ports);
  // Between the two looks at the store it may have ended, and another been raised.
  return view === null || alert?.id !== id ? null : { view, alert };
}
