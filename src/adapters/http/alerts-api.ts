import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AlertPageBody } from '../../contracts/alerts.js';
import { OPEN_ALERT } from '../../core/index-keys.js';
import { findIndexed, pageParameters } from './index-page.js';
import { overAllLanes } from './lacks.js';
import { handledAlerts, openAlertOf } from './open-alerts.js';
import type { HttpPorts } from './ports.js';
import { once, parseQuery } from './query.js';
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

/** Alerts that are open. Any worker answers for all lanes. */
export function addAlerts(app: FastifyInstance, ports: HttpPorts, store: StoreAccess): void {
  app.get('/v1/alerts', async (request, reply): Promise<AlertPageBody> => {
    const { severity, owner, acknowledged, ...page } = parseQuery(alertsQuerySchema, request.query);
    const { found, nextCursor } = await overAllLanes(store, reply, findIndexed(store, OPEN_ALERT, page, (view) => {
      const alert = openAlertOf(view, ports);
      return alert !== null && (severity === undefined || alert.severity === severity) && (owner === undefined || alert.owner === owner) ? alert : null;
    }));
    const alerts = await handledAlerts(found, ports, store);
    return { alerts: acknowledged === undefined ? alerts : alerts.filter((alert) => (alert.acknowledged !== null) === (acknowledged === 'true')), nextCursor };
  });
}
