import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import { createKafkaClient } from '../../src/adapters/kafka/connection.js';
import { foldedJourney } from '../support/derived.js';
import { createCompany, mapText } from '../support/company.js';
import { createInputs, eventsWritten, produceRecords, startIntakeOn } from '../support/intake-stage.js';
import { createStage, metric, ndjson, type Stage, touchpoint, until, type WorkerProcess } from '../support/touchpoint.js';

const ORDERS = 600;

/** A company's records on real Kafka, made events by an intake that is killed midway, beside a service that judges them. */
describe('the intake, killed midway, and a service behind it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-intake-'));
  const company = createCompany(ORDERS);
  let stage: Stage;
  let standby: WorkerProcess;
  let service: WorkerProcess;
  let journeys: ReturnType<typeof ndjson>;
  let verified: Awaited<ReturnType<typeof touchpoint>>;

  beforeAll(async () => {
    stage = await createStage({ config: { time: { settleReplaying: '3s' }, kafka: { sessionTimeout: '6s' }, retention: { settledOrders: null } } });
    await createInputs(stage, 3);
    service = await stage.worker();
    const first = await startIntakeOn(stage, directory);
    standby = await startIntakeOn(stage, directory);
    const half = company.records.length >> 1;
    await produceRecords(stage, company.records.slice(0, half), 'intake-1');
    await until('work under way', 60_000, async () => (await metric(first.url, 'cx_intake_events_total')) > 50);
    const producing = produceRecords(stage, company.records.slice(half), 'intake-2');
    await first.kill('SIGKILL');
    await producing;
    const direct = join(directory, 'direct.ndjson');
    writeFileSync(direct, company.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    await until('all is read and written', 90_000, async () => (await eventsWritten(stage)).length >= company.events.length && (await metric(standby.url, 'cx_outbox_pending')) === 0);
    const asOf = new Date().toISOString();
    const sources = 'orders,logistics,billing,notifications,contacts,feedback,incidents,audits,refunds';
    expect((await touchpoint(['replay', direct, '--out', directory, '--as-of', asOf, '--sources', sources])).code).toBe(0);
    journeys = ndjson(join(directory, 'journeys.ndjson'));
    await until('all lanes settled', 90_000, async () => {
      const text = await (await fetch(`${service.url}/metrics`)).text();
      const reached = text.split('\n').filter((line) => line.startsWith('cx_time_reached_seconds{')).map((line) => Number(line.split(' ')[1]));
      return reached.length === 4 && reached.every((seconds) => seconds * 1_000 >= Date.parse(asOf)) && (await metric(service.url, 'cx_lag_records')) === 0;
    });
    verified = await stage.run(['verify', '--rate', '0']);
  }, 300_000);
  afterAll(async () => { await stage.close(); });

  test('writes each event once, for whoever drops repeated ids', async () => {
    const events = await eventsWritten(stage);
    expect(events).toHaveLength(company.events.length);
    expect(await stage.read('cx.dead-letters')).toEqual([]);
  }, 60_000);

  test('the journeys are those of the events told directly', async () => {
    for (const journey of journeys) {
      const answer = await fetch(`${service.url}/v1/orders/${String(journey['orderId'])}`);
      const found = (await answer.json()) as Parameters<typeof foldedJourney>[0];
      expect({ orderId: journey['orderId'], ...foldedJourney(found) }).toEqual({ orderId: journey['orderId'], ...foldedJourney(journey as unknown as typeof found) });
    }
    expect(journeys).toHaveLength(ORDERS);
  }, 120_000);

  test('the verifier finds no difference', () => expect([verified.stdout, verified.code]).toEqual([expect.anything(), 0]));

  test('what no map can read, and what no link is told of, is put aside with where it stood', async () => {
    await produceRecords(stage, [
      { topic: 'carrier.tracking', key: 'P-x', value: '{"event_id": 7}' },
      { topic: 'erp.orders', key: 'SO-1', value: 'only,three,cells' },
    ], 'intake-3');
    const letters = await until('two dead letters', 30_000, async () => {
      const found = await stage.read('cx.dead-letters');
      return found.length >= 2 ? found : null;
    });
    const told = letters.map(({ key, value, headers }) => [key?.toString(), value?.toString(), headers?.['touchpoint.reason']?.toString(), headers?.['__connect.errors.stage']?.toString(), headers?.['__connect.errors.topic']?.toString()]);
    expect(told.sort()).toEqual([
      ['P-x', '{"event_id": 7}', 'map_failed', 'map', stage.topicName('carrier.tracking')],
      ['SO-1', 'only,three,cells', 'undecodable', 'VALUE_CONVERTER', stage.topicName('erp.orders')],
    ]);
    const listed = await stage.run(['dead-letters', 'list', '--summary']);
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining(stage.topicName('carrier.tracking'))]);
    expect((await stage.run(['verify', '--rate', '0'])).code).toBe(0);
  }, 90_000);

  test('is healthy, shows itself among the lanes, and stops in order', async () => {
    expect([(await fetch(`${standby.url}/readyz`)).status, (await fetch(`${standby.url}/healthz`)).status]).toEqual([200, 200]);
    expect(await metric(standby.url, 'cx_intake_active')).toBe(1);
    const listed = await stage.run(['lanes', 'list']);
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringMatching(/^ *intake +works/m)]);
    const began = performance.now();
    expect(await standby.kill('SIGTERM')).toBe(0);
    expect(performance.now() - began).toBeLessThan(5_000);
  }, 60_000);

  test('goes on from where it stopped, with rows and links as they were', async () => {
    const again = await startIntakeOn(stage, directory);
    await until('it works', 30_000, async () => (await metric(again.url, 'cx_intake_active')) === 1);
    await produceRecords(stage, [{ topic: 'carrier.tracking', key: 'P-0', value: JSON.stringify({ event_id: 'again', parcel: 'P-0', status: 'NOT_HOME', at: '2025-01-06T10:00:00Z' }) }], 'intake-4');
    const found = await until('the event of a link that was learned before', 30_000, async () => (await eventsWritten(stage)).find(({ event }) => event['id'] === 'again'));
    expect(found).toMatchObject({ topic: 'logistics', key: 'SO-100000', event: { type: 'delivery.attempt_failed', orderId: 'SO-100000' } });
  }, 90_000);
});

describe('an intake that cannot start says why', () => {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-intake-'));
  const mapFile = (name: string, text: string): string => {
    const file = join(directory, name);
    writeFileSync(file, text);
    return file;
  };
  let stage: Stage;
  beforeAll(async () => { stage = await createStage({ partitions: 1 }); }, 60_000);
  afterAll(async () => { await stage.close(); });

  test('without Kafka or Redis, without topics, of a source that is not read', async () => {
    const carrier = mapFile('carrier.yaml', mapText('carrier/carrier.yaml'));
    expect(await touchpoint(['intake', '--map', carrier])).toMatchObject({ code: 2, stderr: expect.stringContaining('KAFKA_BROKERS is not set') });
    expect(await touchpoint(['intake', '--map', carrier], { KAFKA_BROKERS: stage.brokers.join(',') })).toMatchObject({ code: 2, stderr: expect.stringContaining('REDIS_URL is not set') });
    const files = mapFile('files.yaml', mapText('carrier/carrier.yaml').replace(', topics: carrier.tracking', ''));
    expect(await stage.run(['intake', '--map', files])).toMatchObject({ code: 2, stderr: expect.stringContaining('map carrier names no topics') });
  }, 60_000);

  test('on topics that are missing or its own', async () => {
    const missing = mapFile('missing.yaml', mapText('carrier/carrier.yaml', stage.topicName));
    expect(await stage.run(['intake', '--map', missing])).toMatchObject({ code: 1, stderr: expect.stringContaining(`No such topic on the brokers: ${stage.topicName('carrier.tracking')}`) });
    const own = mapFile('own.yaml', mapText('carrier/carrier.yaml').replace('carrier.tracking', stage.topicName('logistics')));
    expect(await stage.run(['intake', '--map', own])).toMatchObject({ code: 1, stderr: expect.stringContaining('must not read a topic that Touchpoint writes') });
  }, 60_000);

  test('and one whose Redis was emptied stands still until a person accepts it', async () => {
    await createInputs(stage, 1);
    const first = await startIntakeOn(stage, directory);
    await produceRecords(stage, createCompany(5).records, 'emptied');
    await until('its offsets committed', 30_000, async () => (await metric(first.url, 'cx_intake_events_total')) > 10 && (await metric(first.url, 'cx_lag_records')) === 0);
    await first.kill('SIGTERM');
    const before = (await eventsWritten(stage)).length;
    await forgetIntake(stage);
    const second = await startIntakeOn(stage, directory);
    await until('it stands still', 30_000, async () => (await metric(second.url, 'cx_lane_halted', { name: 'state_lost' })) === 1);
    expect((await fetch(`${second.url}/readyz`)).status).toBe(503);
    expect(await stage.run(['lanes', 'list'])).toMatchObject({ code: 1, stdout: expect.stringMatching(/^ *intake +state_lost/m) });
    expect(await stage.run(['lanes', 'resume', 'intake', '--accept-loss'])).toMatchObject({ code: 0, stdout: expect.stringContaining('state_lost is accepted') });
    await until('it works again', 30_000, async () => (await metric(second.url, 'cx_intake_active')) === 1 && (await metric(second.url, 'cx_intake_events_total')) > 10);
    await second.kill('SIGTERM');
    expect(await eventsWritten(stage)).toHaveLength(before);
  }, 120_000);

  test('of a newer version, and leaves its group first, so that nobody waits for it', async () => {
    const redis = new Redis(stage.redisUrl);
    await redis.hset(`{${stage.redisPrefix}-intake:0}:lane`, 'format', '99');
    redis.disconnect();
    await createInputs(stage, 1).catch(() => undefined);
    const map = mapFile('newer.yaml', mapText('carrier/carrier.yaml', stage.topicName));
    expect(await stage.run(['intake', '--map', map])).toMatchObject({ code: 1, stdout: expect.stringContaining("the intake's state was written in format 99") });
    const client = createKafkaClient({ brokers: stage.brokers, clientId: 'test', ssl: false, sasl: null }, () => undefined);
    const { groups } = await askAdmin(client, (admin) => admin.describeGroups([`${stage.env['KAFKA_GROUP_ID']}-intake`]));
    expect(groups.map(({ members }) => members.length)).toEqual([0]);
  }, 60_000);
});

async function forgetIntake(stage: Stage): Promise<void> {
  const redis = new Redis(stage.redisUrl);
  const keys = await redis.keys(`{${stage.redisPrefix}-intake:0}:*`);
  expect(keys.length).toBeGreaterThan(3);
  await redis.del(...keys);
  redis.disconnect();
}
