import type { FastifyInstance } from 'fastify';
import { acknowledgeRequest, type ClosedAlert, closeRequest, snoozeRequest } from '../../contracts/alert-handling.js';
import type { OpenAlert } from '../../contracts/alerts.js';
import { parseInstant } from '../../contracts/instant.js';
import { instantText } from '../../core/instant-text.js';
import type { Closure } from '../../pipeline/alert-handling.js';
import { needs } from './access.js';
import { hidingAlerts } from './lacks.js';
import { findAlert, handledAlerts, isAlertId, type UnhandledAlert } from './open-alerts.js';
import type { HttpPorts } from './ports.js';
import { HttpProblem } from './problems.js';
import { invalidQuery, readBody } from './query.js';
import type { StoreAccess } from './store-access.js';

/** The longest that an alert can be put off, ms: what can wait for longer is not to be acted upon. */
const LONGEST_SNOOZE = 30 * 86_400_000;

interface Params {
  readonly Params: { readonly id: string };
}

/** What people do with open alerts. Any worker takes it in for all lanes. */
export function addAlertActions(app: FastifyInstance, ports: HttpPorts, store: StoreAccess): void {
  const { handling, clock, telemetry } = ports;
  const asItStands = async (alert: UnhandledAlert): Promise<OpenAlert> => {
    const [open] = await handledAlerts([alert], ports, store);
    if (open === undefined) throw notOpen();
    return open;
  };
  const notFound = async (): Promise<HttpProblem> => {
    const partitions = hidingAlerts(await store.lacks());
    return partitions === null ? notOpen() : new HttpProblem(503, `No open alert with this id is found, but ${partitions}; whether it is open can't be told.`);
  };
  const find = async (id: string) => (isAlertId(id) ? findAlert(store, ports, id.toLowerCase()) : null);
  const findOpen = async (id: string) => {
    const found = await find(id);
    if (found === null) throw await notFound();
    await asItStands(found.alert);
    return found;
  };

  app.post<Params>('/v1/alerts/:id/ack', needs('act'), async (request): Promise<OpenAlert> => {
    const { by = null, note = null } = readBody(acknowledgeRequest, request.body);
    const { view, alert } = await findOpen(request.params.id);
    const at = clock.now();
    const { isFirst } = await store.bounded(handling.acknowledge(alert.id, { at, by, note }));
    if (isFirst) telemetry.alertAcknowledged(alert.id, alert.severity, Math.max(0, at - (view.alert?.raisedAt ?? Date.parse(alert.occurredAt))) / 1_000);
    return asItStands(alert);
  });

  app.post<Params>('/v1/alerts/:id/snooze', needs('act'), async (request): Promise<OpenAlert> => {
    const { until: text, by = null, note = null } = readBody(snoozeRequest, request.body);
    const at = clock.now();
    const until = parseInstant(text);
    if (until <= at || until > at + LONGEST_SNOOZE) throw invalidQuery([{ name: 'until', reason: 'expected an instant ahead, by 30 days at the most' }]);
    const { alert } = await findOpen(request.params.id);
    await store.bounded(handling.snooze(alert.id, { at, until, revision: alert.revision, by, note }));
    telemetry.alertSnoozed(alert.id);
    return asItStands(alert);
  });

  app.post<Params>('/v1/alerts/:id/close', needs('act'), async (request): Promise<ClosedAlert> => {
    const { outcome, by = null, note = null } = readBody(closeRequest, request.body);
    const { id } = request.params;
    const alertId = id.toLowerCase();
    const found = await find(id);
    if (found === null) {
      // It was open a moment ago, or long ago, and somebody closed it: looked up last, so that nobody can do so in between.
      const [before] = isAlertId(id) ? await store.bounded(handling.of([alertId])) : [];
      if (before === undefined || before.closed === null) throw await notFound();
      return closedBody(alertId, before.closed);
    }
    const { view: { lane, alert }, alert: { orderId, severity, patterns } } = found;
    // As it was said: by the present rules of this worker it may look otherwise.
    const subject = { severity: alert?.severity ?? severity, patterns: alert?.patterns ?? patterns };
    const { kept, isFirst } = await store.bounded(handling.close({ lane, orderId, alertId }, { at: clock.now(), outcome, by, note, ...subject }));
    if (isFirst) telemetry.alertClosed(alertId, outcome);
    return closedBody(alertId, kept);
  });
}

const notOpen = (): HttpProblem => new HttpProblem(404, 'No open alert has this id; it may have been resolved meanwhile.');

const closedBody = (alertId: string, closed: Closure): ClosedAlert => ({ id: alertId, alertId, state: 'closed', closed: { at: instantText(closed.at), outcome: closed.outcome, by: closed.by, note: closed.note } });
