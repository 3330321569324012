import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { murmur2Partition } from '../../src/pipeline/partitioner.js';
import { ownRegistry, type Server } from '../support/real-services.js';
import { PARTITIONS, SchemaType, asAvro, avroOf, eventOf, openProducer, orderOf, registryOf } from '../support/registry.js';
import { createStage, type Stage, until } from '../support/touchpoint.js';

describe('serve while the registry is away', () => {
  let server: Server & { readonly url: string };
  let stage: Stage;

  beforeAll(async () => {
    server = await ownRegistry();
    stage = await createStage({ partitions: PARTITIONS, config: { outputs: { format: 'json-schema' }, registry: { alarmAfter: '1s', requestTimeout: '1s' } } });
  }, 120_000);
  afterAll(async () => {
    await stage.close();
    await server.stop();
  });

  test('goes on with the schemas that it knows, also after a restart, and waits for those it does not', async () => {
    const registry = registryOf(server.url);
    const env = { SCHEMA_REGISTRY_URL: server.url };
    const { id } = await registry.register({ type: SchemaType.AVRO, schema: JSON.stringify(avroOf('order.placed')) }, { subject: 'placed' });
    const value = async (order: string): Promise<Buffer> => registry.encode(id, asAvro(eventOf('order.placed', order)));
    const first = await stage.worker(env);
    const sending = await openProducer(stage);
    try {
      await sending.send('orders', 'before', await value('before'));
      await until('the first order', 20_000, () => orderOf(first, 'before'));

      await server.kill();
      await sending.send('orders', 'during', await value('during'));
      await until('the second order', 20_000, () => orderOf(first, 'during'));
      expect(await first.kill('SIGTERM')).toBe(0);

      const second = await stage.worker(env);
      expect(second.log()).toContain('schema ids of an earlier start');
      await sending.send('orders', 'after', await value('after'));
      await until('the third order', 20_000, () => orderOf(second, 'after'));
      const journeys = await until('its journey', 20_000, async () => (await stage.read('cx.journeys')).find(({ key }) => key?.toString() === 'after'));
      expect(journeys.headers?.['content-type']?.toString()).toBe('application/vnd.confluent.json');
      expect(JSON.parse(journeys.value!.subarray(5).toString())).toMatchObject({ orderId: 'after' });

      const unknown = await value('unknown');
      unknown.writeUInt32BE(id + 100, 1);
      await sending.send('orders', 'unknown', unknown);
      const verified = await until('a verification without the registry', 30_000, async () => {
        const done = await stage.run(['verify', '--lane', String(murmur2Partition(Buffer.from('during'), PARTITIONS))], env);
        return done.code === 0 ? done : null;
      });
      expect(verified.stdout).toMatch(/cx\.journeys [1-9]/);
      const troubles = await until('trouble told', 20_000, async () => {
        const response = await fetch(`${second.url}/readyz`);
        return response.status === 503 && response.text();
      });
      expect(troubles).toContain('does not answer');
      const asked = Date.now();
      expect(await second.kill('SIGTERM')).toBe(0);
      expect(Date.now() - asked).toBeLessThan(5_000);
    } finally {
      await sending.producer.disconnect();
    }
  }, 120_000);

  test('does not start for the first time', async () => {
    const fresh = await createStage({ partitions: PARTITIONS, config: { outputs: { format: 'avro' } } });
    try {
      const { code, stderr } = await fresh.run(['serve'], { SCHEMA_REGISTRY_URL: 'http://127.0.0.1:9' });
      expect([code, stderr]).toEqual([1, expect.stringContaining('does not answer')]);
    } finally {
      await fresh.close();
    }
  }, 60_000);
});
