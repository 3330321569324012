import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import kafkajs from 'kafkajs';
import { murmur2Partition } from '../../../src/pipeline/partitioner.js';
import { metric } from '../../support/touchpoint.js';
import { concluded, type FaultCase } from '../harness/case.js';
import { install, type Installation } from '../harness/installation.js';
import { watchOutputs } from '../harness/watch.js';
import { sharedGround } from './killed.js';

/** A fault of our own: a rule that throws. */

/** One of the carriers of the load; a third of its orders or so. */
const CARRIER = 'bluebird';

/**
 * Mended, an order is judged again with its next event: each that was left unassessed gets one that says nothing of its
 * own. (Once a lane looks after such orders by itself, this step has to go.)
 */
async function touch(installation: Installation): Promise<void> {
  const left = new Set(installation.everyWorker().flatMap((worker) => worker.log()).flatMap((line) => (line.event === 'order.unassessed' ? [String(line['orderId'])] : [])));
  const producer = installation.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const messages = [...left].map((orderId) => ({
    key: orderId, partition: murmur2Partition(Buffer.from(orderId), installation.partitions),
    value: JSON.stringify({
      id: `touch-${orderId}`, type: 'notification.sent', orderId, occurredAt: '2025-01-01T00:00:00Z', notificationId: `touch-${orderId}`, channel: 'mail', about: 'other',
    }),
  }));
  await producer.send({ topic: installation.topicName('notifications'), acks: -1, messages });
  await producer.disconnect();
}

export const brokenRule = (rounds: number): FaultCase => ({
  id: '7.1', what: 'a rule that throws on the orders of one carrier: their facts are kept, everything else goes on; mended, they are judged again', rounds, timeoutMs: 120_000 + rounds * 60_000,
  async run({ chance, use }) {
    const installation = use(await install({ ground: await sharedGround(), seed: chance.seed }));
    const watch = await watchOutputs(installation);
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const broken = await installation.start({ ruleThrowsFor: CARRIER });
      delays.push(await watch.firstOutput());
      await delay(chance.between(8_000, 12_000));
      expect(await metric(broken.url, 'cx_unassessed_total')).toBeGreaterThan(0);
      expect(broken.log().some(({ event }) => event === 'order.unassessed')).toBe(true);
      expect(await broken.stop()).toBe(0);
    }
    await installation.start();
    await watch.firstOutput();
    await watch.close();
    await installation.load.stop();
    await touch(installation);
    return { verdict: await concluded(installation), delays, seen: '`order.unassessed`, `cx_unassessed_total`' };
  },
});
