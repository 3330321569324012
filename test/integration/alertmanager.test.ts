import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { arrivals, lateParcels } from '../support/orders-in-trouble.js';
import { produce } from '../support/produce.js';
import { type Alertmanager, amtool, startAlertmanager } from '../support/services/alertmanager.js';
import { repositoryRoot } from '../support/services/places.js';
import { createStage, metric, type Stage, until, type WorkerProcess } from '../support/touchpoint.js';

/** What Alertmanager tells whoever is on call. */
interface Notification {
  readonly status: 'firing' | 'resolved';
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> }[];
}

interface Route {
  receiver: string;
  group_wait?: string;
  group_interval?: string;
  routes?: Route[];
}

const EXAMPLE = join(repositoryRoot, 'deploy/alertmanager/alertmanager.yml');
const ORDERS = 40;

/** The example of deploy/, hurried, with everything told to this address. */
function exampleTelling(url: string): object {
  const config = parse(readFileSync(EXAMPLE, 'utf8')) as { route: Route };
  const hurried = (route: Route): Route => ({ ...route, receiver: 'on-call', group_wait: '5s', group_interval: '2s', ...(route.routes === undefined ? {} : { routes: route.routes.map(hurried) }) });
  return { ...config, route: hurried(config.route), receivers: [{ name: 'on-call', webhook_configs: [{ url, send_resolved: true }] }] };
}

describe('a real Alertmanager', () => {
  let stage: Stage;
  let alertmanager: Alertmanager;
  let onCall: Server;
  let worker: WorkerProcess;
  const told: Notification[] = [];

  beforeAll(async () => {
    onCall = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => {
        told.push(JSON.parse(body) as Notification);
        response.end();
      });
    });
    await new Promise<void>((resolve) => { onCall.listen(0, '127.0.0.1', resolve); });
    alertmanager = await startAlertmanager(exampleTelling(`http://127.0.0.1:${(onCall.address() as AddressInfo).port}/`));
    stage = await createStage({ config: { sinks: [{ name: 'ops', kind: 'alertmanager', url: `http://${alertmanager.address}/`, labels: { shop: 'north' }, link: 'https://touchpoint.example/' }] } });
  }, 120_000);
  afterAll(async () => {
    await stage.close();
    await alertmanager.stop();
    onCall.closeAllConnections();
    onCall.close();
  });

  const ids = (notifications: readonly Notification[], status: string): ReadonlySet<string | undefined> =>
    new Set(notifications.flatMap(({ alerts }) => alerts.filter((alert) => alert.status === status).map(({ labels }) => labels['alert_id'])));

  test('receives the alerts of a bad day, groups them by cause, and resolves them as the parcels arrive', async () => {
    worker = await stage.worker();
    const { log } = worker;
    await until('the sink', 30_000, async () => log().match(/"sink.begins"/g)?.length === 4);
    const now = Date.now();
    await produce(stage, lateParcels('late', ORDERS, now));
    const firing = await until('the alerts there', 60_000, async () => {
      const found = await alertmanager.firing();
      return found.length === ORDERS ? found : null;
    });
    const [first] = firing;
    expect(first).toMatchObject({
      labels: { alertname: 'TouchpointOrder', severity: 'warning', team: 'customer-service', cause_group: expect.stringMatching(/^carrier:north-post\|/), alert_id: expect.stringMatching(/^[0-9a-f-]{36}$/), shop: 'north' },
      annotations: { summary: expect.stringContaining('Late delivery'), description: expect.any(String), act_by: expect.any(String), order: expect.stringMatching(/^late-\d+$/), link: expect.stringMatching(/^https:\/\/touchpoint\.example\/orders\/late-\d+$/) },
    });
    expect(JSON.stringify(firing)).not.toContain('customer-of-');
    expect(Date.parse(first!.endsAt) - Date.now()).toBeGreaterThan(50 * 60_000);

    await until('all of them told', 60_000, async () => ids(told, 'firing').size === ORDERS);
    expect(told.length).toBeLessThanOrEqual(3);
    for (const { groupLabels } of told) expect(groupLabels).toMatchObject({ team: 'customer-service', cause_group: expect.stringMatching(/^carrier:north-post\|/) });

    await produce(stage, arrivals('late', ORDERS - 1, Date.now()));
    await until('the ends told', 60_000, async () => ids(told, 'resolved').size === ORDERS - 1);
    expect((await alertmanager.firing()).map(({ annotations }) => annotations['order'])).toEqual([`late-${ORDERS - 1}`]);
  }, 240_000);

  test('that was restarted with nothing is told again of what is open, by a worker that was restarted too', async () => {
    await worker.kill('SIGKILL');
    await alertmanager.kill();
    await alertmanager.start();
    expect(await alertmanager.firing()).toEqual([]);
    worker = await stage.worker();
    expect(await until('the open alert', 180_000, async () => {
      const found = await alertmanager.firing();
      return found.length > 0 ? found : null;
    })).toMatchObject([{ annotations: { order: `late-${ORDERS - 1}` } }]);
    expect(await metric(worker.url, 'cx_sink_set_aside_total')).toBe(0);
    await produce(stage, arrivals('late', ORDERS, Date.now()));
    await until('its end', 60_000, async () => (await alertmanager.firing()).length === 0);
  }, 300_000);
});

describe('deploy/alertmanager/alertmanager.yml', () => {
  test('is taken by amtool', async () => {
    expect(await amtool(['check-config', EXAMPLE])).toContain('SUCCESS');
  }, 120_000);

  test.each([
    [['alertname=TouchpointOrder', 'severity=warning', 'team=carrier-desk', 'cause_group=carrier:north-post|2026-03-06'], 'orders'],
    [['alertname=TouchpointOrder', 'severity=critical', 'team=customer-service'], 'orders'],
    [['alertname=TouchpointDown', 'severity=critical', 'job=touchpoint'], 'nobody'],
  ])('sends %j to %s', async (labels, receiver) => {
    expect((await amtool(['config', 'routes', 'test', `--config.file=${EXAMPLE}`, ...labels])).trim()).toBe(receiver);
  }, 60_000);
});
