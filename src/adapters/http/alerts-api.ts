import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { acknowledgeRequest, type AcknowledgementBody, type AlertPageBody, type OpenAlert } from '../../contracts/alerts.js';
import { alertContent } from '../../core/alerts.js';
import { OPEN_ALERT } from '../../core/index-keys.js';
import { instantText } from '../../core/instant-text.js';
import type { Acknowledgement } from '../../pipeline/acknowledgements.js';
import { alertIdOf, alertIndex } from '../../pipeline/alert-id.js';
import { alertFields } from '../../pipeline/render.js';
import { needs } from './access.js';
import { findIndexed, pageParameters } from './index-page.js';
import type { HttpPorts, OrderView } from './ports.js';
import { HttpProblem } from './problems.js';
import { once, parseQuery, readBody } from './query.js';
import type { StoreAccess } from './store-access.js';

const onlyOpen = 'expected open: the topic of alerts tells what became of others';

/** The query of `GET /v1/alerts`. */
export const alertsQuerySchema = z.strictObject({
  state: z.literal('open', onlyOpen).default('open').describe('Alerts that are open'),
  severity: z.enum(['warning', 'critical'], 'expected warning or critical').optional().describe('Alerts of this severity'),
  owner: z.string(once).min(1, 'expected a team').max(256, 'expected a team').optional().describe('Alerts that this team should act on'),
  acknowledged: z.enum(['true', 'false'], 'expected true or false').optional().describe('Alerts that somebody has taken up, or nobody'),
  ...pageParameters,
});

type Unanswered = Omit<OpenAlert, 'acknowledged'>;

/** Alerts that are open, and taking one up. Any worker answers for all lanes. */
export function addAlerts(app: FastifyInstance, ports: HttpPorts, store: StoreAccess): void {
  const { acknowledgements } = ports;
  const answered = async (alerts: readonly Unanswered[]): Promise<OpenAlert[]> => {
    const known = await store.bounded(acknowledgements.of(alerts.map(({ id }) => id)));
    return alerts.map((alert, i) => ({ ...alert, acknowledged: acknowledgementBody(known[i] ?? null) }));
  };

  app.get('/v1/alerts', async (request): Promise<AlertPageBody> => {
    const { severity, owner, acknowledged, ...page } = parseQuery(alertsQuerySchema, request.query);
    const { found, nextCursor } = await findIndexed(store, OPEN_ALERT, page, (view) => {
      const alert = openAlertOf(view, ports);
      return alert !== null && (severity === undefined || alert.severity === severity) && (owner === undefined || alert.owner === owner) ? alert : null;
    });
    const alerts = await answered(found);
    return { alerts: acknowledged === undefined ? alerts : alerts.filter((alert) => (alert.acknowledged !== null) === (acknowledged === 'true')), nextCursor };
  });

  app.post<{ Params: { id: string } }>('/v1/alerts/:id/ack', needs('act'), async (request): Promise<OpenAlert> => {
    const { by = null, note = null } = readBody(acknowledgeRequest, request.body);
    const alert = await findAlert(store, ports, request.params.id);
    if (alert === null) throw new HttpProblem(404, 'No open alert has this id; it may have been resolved meanwhile.');
    const at = ports.clock.now();
    const { kept, isFirst } = await store.bounded(acknowledgements.add(alert.id, { at, by, note }));
    if (isFirst) ports.telemetry.alertAcknowledged(alert.id, Math.max(0, at - Date.parse(alert.occurredAt)) / 1_000);
    return { ...alert, acknowledged: acknowledgementBody(kept) };
  });
}

async function findAlert(store: StoreAccess, ports: HttpPorts, id: string): Promise<Unanswered | null> {
  if (!z.uuid().safeParse(id).success) return null;
  const { orderIds: [orderId] } = await store.page(alertIndex(id.toLowerCase()), null, 1);
  const view = orderId === undefined ? null : await store.view(orderId);
  return view === null ? null : openAlertOf(view, ports);
}

/** null: the order has none that is open. */
function openAlertOf({ assessment, alert }: OrderView, { alertRules }: HttpPorts): Unanswered | null {
  const content = alert?.state === 'open' ? alertContent(assessment, alertRules) : null;
  if (alert === null || content === null) return null;
  const { patterns, ...fields } = alertFields(content, assessment);
  const { orderId, customerId, place } = assessment;
  const id = alertIdOf(orderId, alert.episode);
  return {
    id, alertId: id, state: 'open', orderId, customerId, occurredAt: instantText(content.at), episode: alert.episode, revision: alert.revision,
    ...fields, patterns: [...patterns], place,
  };
}

const acknowledgementBody = (kept: Acknowledgement | null): AcknowledgementBody | null => (kept === null ? null : { ...kept, at: instantText(kept.at) });
