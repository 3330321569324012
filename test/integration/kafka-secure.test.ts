import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { OUTPUT_TOPICS, SOURCE_TOPICS } from '../../src/contracts/names.js';
import { realRedis } from '../support/real-services.js';
import { type Certificates, makeCertificates } from '../support/services/certificates.js';
import { run } from '../support/services/run-command.js';
import { type SecureKafka, startSecureKafka } from '../support/services/secure-kafka.js';
import { createStage, type Stage, until } from '../support/touchpoint.js';

const ROOT = resolve(import.meta.dirname, '../..');
const USER = { name: 'touchpoint', password: 'a/secret+of ours' };

/**
 * Stands for kafka-acls.sh, which would take another download: gives the rights that it is asked for through Kafka's own protocol.
 */
const ACLS = `import kafkajs from '${join(ROOT, 'node_modules/kafkajs/index.js')}';
const { AclOperationTypes: operations, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes: patterns, Kafka, logLevel } = kafkajs;
const given = new Map();
for (let i = 2; i < process.argv.length; i++) {
  const name = process.argv[i];
  given.set(name, [...(given.get(name) ?? []), process.argv[i + 1]?.startsWith('--') ? '' : process.argv[++i]]);
}
const one = (name) => given.get(name)?.[0];
const admin = new Kafka({ brokers: [one('--bootstrap-server')], logLevel: logLevel.NOTHING }).admin();
await admin.connect();
const typed = (text) => text.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
await admin.createAcls({ acl: given.get('--operation').map((operation) => ({
  resourceType: given.has('--topic') ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP, resourceName: one('--topic') ?? one('--group'),
  resourcePatternType: patterns[typed(one('--resource-pattern-type') ?? 'literal')], principal: one('--allow-principal'), host: '*',
  operation: operations[typed(operation)], permissionType: AclPermissionTypes.ALLOW,
})) });
await admin.disconnect();
`;

describe('a Kafka with certificates of its own authority, users and rights', () => {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-secure-'));
  let certificates: Certificates;
  let kafka: SecureKafka;
  let stage: Stage;
  const ends: (() => Promise<void>)[] = [];
  let signedIn: Record<string, string>;

  const giveRights = async (more: Readonly<Record<string, string>> = {}): Promise<void> => {
    const [shim, script] = [join(directory, 'kafka-acls.sh'), join(directory, 'kafka-acls.mjs')];
    writeFileSync(script, ACLS);
    writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
    chmodSync(shim, 0o755);
    const names = (topics: readonly string[]): string => topics.map(stage.topicName).join(' ');
    await run('sh', [join(ROOT, 'deploy/kafka/acls.sh')], {
      timeoutMs: 60_000,
      env: { PATH: `${directory}${delimiter}${process.env['PATH'] ?? ''}`, BOOTSTRAP: kafka.open, GROUP: stage.redisPrefix, SOURCES: names(SOURCE_TOPICS), OUTPUTS: names(OUTPUT_TOPICS), ...more },
    });
  };

  beforeAll(async () => {
    certificates = await makeCertificates(directory);
    kafka = await startSecureKafka({ certificates, user: USER });
    ends.push(() => kafka.stop());
    signedIn = {
      KAFKA_BROKERS: kafka.sasl, KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: certificates.ca,
      KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: USER.name, KAFKA_SASL_PASSWORD: USER.password,
    };
    stage = await createStage({ partitions: 2, on: { brokers: [kafka.open], redisUrl: (await realRedis()).url, env: signedIn } });
    ends.push(() => stage.close());
  }, 120_000);
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  test.each<[string, () => Record<string, string>, RegExp]>([
    ['without TLS', () => ({ KAFKA_SSL: 'false', KAFKA_SSL_CA_FILE: '' }), /KAFKA_SSL/],
    ['whose authority is not known', () => ({ KAFKA_SSL_CA_FILE: '' }), /cannot be used: .*certificate.*KAFKA_SSL_CA_FILE/],
    ['with a wrong password', () => ({ KAFKA_SASL_PASSWORD: 'wrong' }), /cannot be used: .*SASL.*KAFKA_SASL_USERNAME/],
    ['without any right', () => ({}), /deploy\/kafka\/acls\.sh/],
  ])('a service %s ends at once, says what to do, and shows no secret', async (_, env, words) => {
    const { code, stdout, stderr } = await stage.run(['serve'], env());
    expect([code, stderr]).toEqual([1, expect.stringMatching(words)]);
    expect(stdout + stderr).not.toContain(USER.password);
  }, 60_000);

  test('a service with no rights but those of deploy/kafka/acls.sh works, is stopped, and goes on', async () => {
    await giveRights();
    const worker = await stage.worker();
    const events = join(directory, 'events.ndjson');
    writeFileSync(events, ['order.placed', 'delivery.completed'].map((type, i) => JSON.stringify({
      id: `e-${i}`, type, orderId: 'o-1', occurredAt: `2026-03-0${i + 1}T10:00:00Z`,
      ...(i === 0 ? { customerId: 'c-1', lines: [], promisedDeliveryAt: '2026-03-01' } : { shipmentId: 's-1' }),
    })).join('\n'));
    // The service's own user may not write to the sources.
    expect(await stage.run(['produce', events])).toMatchObject({ code: 1, stderr: expect.stringMatching(/not authorized|deploy\/kafka\/acls\.sh/i) });
    await giveRights({ WRITES_SOURCES: 'yes' });
    expect(await stage.run(['produce', events])).toMatchObject({ code: 0 });
    await until('the order', 30_000, async () => (await fetch(`${worker.url}/v1/orders/o-1`)).status === 200);
    await until('what became of it', 30_000, async () => (await stage.read('cx.events')).some(({ value }) => String(value).includes('late_delivery')));
    expect(await worker.kill('SIGTERM')).toBe(0);
    const again = await stage.worker({ KAFKA_SASL_MECHANISM: 'scram-sha-256' });
    await until('the order again', 30_000, async () => (await fetch(`${again.url}/v1/orders/o-1`)).status === 200);
    expect(worker.log() + again.log()).not.toContain(USER.password);
    expect(worker.log() + again.log()).not.toMatch(/AUTHORIZATION|not authorized|kafka\.trouble/i);
    expect(await stage.run(['verify', '--rate', '0'])).toMatchObject({ code: 0 });
    expect(await stage.run(['topics'], { KAFKA_SASL_MECHANISM: 'plain' })).toMatchObject({ code: 0 });
  }, 120_000);

  test('a client shows a certificate in place of a password', async () => {
    const mutual = { KAFKA_BROKERS: kafka.mutual, KAFKA_SASL_MECHANISM: '', KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD: '' };
    const shown = { KAFKA_SSL_CERT_FILE: certificates.client.cert, KAFKA_SSL_KEY_FILE: certificates.client.key };
    expect(await stage.run(['topics'], { ...mutual, ...shown })).toMatchObject({ code: 0 });
    expect((await stage.run(['topics'], mutual)).code).toBe(1);
    const admin = new kafkajs.Kafka({ brokers: [kafka.open], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const { resources } = await admin.describeAcls({ resourceType: kafkajs.AclResourceTypes.ANY, resourcePatternType: kafkajs.ResourcePatternTypes.ANY, operation: kafkajs.AclOperationTypes.ANY, permissionType: kafkajs.AclPermissionTypes.ANY });
    await admin.disconnect();
    expect(resources.flatMap(({ acls }) => acls.map(({ operation }) => operation))).not.toContain(kafkajs.AclOperationTypes.ALL);
  }, 60_000);
});
