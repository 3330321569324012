import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createCompany } from '../../support/company.js';
import { foldedJourney } from '../../support/derived.js';
import { createInputs, eventsWritten, produceRecords, startIntakeOn } from '../../support/intake-stage.js';
import { createStage, metric, ndjson, type Stage, touchpoint, until, type WorkerProcess } from '../../support/touchpoint.js';
import type { FaultCase } from '../harness/case.js';

/** The intake, killed without warning while a company's records arrive. */
export const killedIntake = (rounds: number, orders: number): FaultCase => ({
  id: '1.5', what: `the intake killed (-9) while the records of ${orders.toLocaleString('en')} orders arrive: rows, parcels, invoices for two orders and tickets, shuffled`, rounds, timeoutMs: 900_000 + orders * 50 + rounds * 30_000,
  async run({ chance, cleanUp }) {
    const directory = mkdtempSync(join(tmpdir(), 'touchpoint-intake-'));
    const company = createCompany(orders);
    const stage = await createStage({ config: { time: { settleReplaying: '5s' }, kafka: { sessionTimeout: '6s' }, retention: { settledOrders: null } } });
    cleanUp(() => stage.close());
    await createInputs(stage, 3);
    const service = await stage.worker();
    let worker = await startIntakeOn(stage, directory);
    const size = Math.ceil(company.records.length / (rounds + 1));
    const delays: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const producing = produceRecords(stage, company.records.slice(round * size, (round + 1) * size), `${chance.seed}-${round}`);
      if (round === rounds) await producing;
      else {
        await until('work under way', 60_000, async () => (await metric(worker.url, 'cx_intake_events_total')) > 0);
        await delay(chance.between(0, 2_000));
        await worker.kill('SIGKILL');
        const died = performance.now();
        worker = await startIntakeOn(stage, directory);
        await until('the next one at work', 60_000, async () => (await metric(worker.url, 'cx_intake_active')) === 1);
        delays.push(performance.now() - died);
        await producing;
      }
    }
    await until('all records read', 120_000 + orders * 5, async () => (await metric(worker.url, 'cx_lag_records')) === 0 && (await metric(worker.url, 'cx_outbox_pending')) === 0 && (await metric(worker.url, 'cx_intake_active')) === 1);
    const problems = await compareJourneys(stage, service, directory, company.events);
    const events = await eventsWritten(stage);
    const lost = Math.max(0, company.events.length - events.length);
    const doubled = Math.max(0, events.length - company.events.length);
    if (lost + doubled > 0) problems.push(`${company.events.length} events were expected, ${events.length} are there`);
    const letters = await stage.read('cx.dead-letters');
    if (letters.length > 0) problems.push(`${letters.length} dead letters, the first: ${letters[0]?.headers?.['__connect.errors.exception.message']?.toString() ?? ''}`);
    const verified = await stage.run(['verify', '--rate', '0']);
    if (verified.code !== 0) problems.push(`verify: ${verified.stdout.slice(-1_000)}${verified.stderr.slice(-300)}`);
    const all = (await Promise.all(['orders', 'logistics', 'billing', 'contacts'].map(async (topic) => (await stage.read(topic as 'orders')).length))).reduce((sum, count) => sum + count, 0);
    return { verdict: { records: events.length, lost, doubled, repeats: all - events.length, problems }, delays, seen: 'nothing to do: `intake.claimed` by another' };
  },
});

/** The journeys of the service against those of the events told directly. */
async function compareJourneys(stage: Stage, service: WorkerProcess, directory: string, events: readonly unknown[]): Promise<string[]> {
  const direct = join(directory, 'direct.ndjson');
  writeFileSync(direct, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const asOf = new Date().toISOString();
  const sources = 'orders,logistics,billing,notifications,contacts,feedback,incidents,audits,refunds';
  const replayed = await touchpoint(['replay', direct, '--out', directory, '--as-of', asOf, '--sources', sources]);
  if (replayed.code !== 0) return [replayed.stderr];
  const journeys = ndjson(join(directory, 'journeys.ndjson')) as unknown as (Parameters<typeof foldedJourney>[0] & { readonly orderId: string })[];
  await until('all lanes settled', 300_000 + journeys.length * 20, async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const reached = text.split('\n').filter((line) => line.startsWith('cx_time_reached_seconds{')).map((line) => Number(line.split(' ')[1]));
    return reached.length === 4 && reached.every((seconds) => seconds * 1_000 >= Date.parse(asOf)) && (await metric(service.url, 'cx_lag_records')) === 0;
  });
  // Journeys wait apart from the outbox, and no figure tells how many: those that differ have to become none.
  let wrong: readonly { readonly orderId: string }[] = journeys;
  await until('all journeys published', 120_000, async () => {
    const latest = new Map((await stage.read('cx.journeys')).map(({ key, value }) => [key?.toString() ?? '', value?.toString() ?? '']));
    wrong = journeys.filter((journey) => {
      const found = latest.get(journey.orderId);
      return found === undefined || JSON.stringify(foldedJourney(JSON.parse(found) as typeof journey)) !== JSON.stringify(foldedJourney(journey));
    });
    return wrong.length === 0;
  }).catch(() => undefined);
  return wrong.length === 0 ? [] : [`${wrong.length} of ${journeys.length} journeys differ, such as that of ${wrong[0]?.orderId ?? ''}`];
}
