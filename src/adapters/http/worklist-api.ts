import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { OpenAlert, WorklistPageBody } from '../../contracts/alerts.js';
import { alertExpiry } from '../../core/alerts.js';
import { OPEN_ALERT } from '../../core/index-keys.js';
import type { Rank } from '../../pipeline/alert-order.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { badCursor, DEFAULT_PAGE, LARGEST_PAGE, pageParameters } from './index-page.js';
import { overAllLanes } from './lacks.js';
import { handledAlerts, openAlertOf, type UnhandledAlert } from './open-alerts.js';
import type { HttpPorts, OrderView } from './ports.js';
import { once, parseQuery } from './query.js';
import { createSharedScan, type Onlooker } from './shared-scan.js';
import type { StoreAccess } from './store-access.js';
import { createWorklist } from './worklist.js';

/** The query of `GET /v1/worklist`. */
export const worklistQuerySchema = z.strictObject({
  team: z.string(once).min(1, 'expected a team').max(256, 'expected a team').optional().describe('Alerts that this team should act on; absent: of all teams'),
  ...pageParameters,
});

/**
 * What is to be done, in the order in which to do it. The order is that of all lanes together and changes with time, rules and people, so
 * no index keeps it: every page looks at all open alerts, some at a time, and keeps no more than the page. Pages that are asked for at
 * the same time look together.
 */
export function addWorklist(app: FastifyInstance, ports: HttpPorts, store: StoreAccess): void {
  const lookAtAll = createSharedScan<OpenAlert>((audience) => visitAlertsToDo(ports, store, audience));
  app.get('/v1/worklist', async (request, reply): Promise<WorklistPageBody> => {
    const { team, limit = DEFAULT_PAGE, cursor } = parseQuery(worklistQuerySchema, request.query);
    const list = `worklist:${team ?? ''}`;
    const worklist = createWorklist(cursor === undefined ? null : rankIn(cursor, list), limit);
    await overAllLanes(store, reply, lookAtAll({
      see: (alert) => { if (team === undefined || alert.owner === team) worklist.add(alert); },
      isThere: () => !request.raw.destroyed,
    }));
    const { last, ...body } = worklist.result();
    return { ...body, nextCursor: last === null ? null : encodeCursor({ index: list, position: JSON.stringify(last) }) };
  });
}

/** All open alerts of all lanes that are of use and not put off, in whatever order. */
async function visitAlertsToDo(ports: HttpPorts, store: StoreAccess, audience: Onlooker<OpenAlert>): Promise<void> {
  let position: string | null = null;
  do {
    const page: Awaited<ReturnType<StoreAccess['page']>> = await store.page(OPEN_ALERT, position, LARGEST_PAGE);
    const alerts = (await store.views(page.orderIds)).flatMap((view) => usefulAlertOf(view, ports) ?? []);
    for (const alert of await handledAlerts(alerts, ports, store)) if (alert.snoozed === null) audience.see(alert);
    position = page.cursor;
  } while (position !== null && audience.isThere());
}

/** null: none is open, or it is past its use as when it expires, which of alerts that are records of the past nobody says. */
function usefulAlertOf(view: OrderView, ports: HttpPorts): UnhandledAlert | null {
  const alert = openAlertOf(view, ports);
  if (alert === null || view.alert === null) return null;
  const usefulUntil = view.alert.usefulUntil ?? Date.parse(alert.actBy ?? alert.occurredAt);
  const expiry = alertExpiry({ ...view.alert, usefulUntil }, ports.alertRules);
  return expiry === null || expiry >= ports.clock.now() ? alert : null;
}

const rank = z.tuple([z.number(), z.number(), z.string()]);

/** @throws HttpProblem 400 on a cursor of another list */
function rankIn(cursor: string, list: string): Rank {
  const decoded = decodeCursor(cursor);
  if (decoded?.index !== list) throw badCursor();
  try {
    return rank.parse(JSON.parse(decoded.position));
  } catch {
    throw badCursor();
  }
}
