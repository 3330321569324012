import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { topicOf } from '../../src/contracts/sources.js';
import { lostParcels } from './orders-in-trouble.js';
import { freshPrefix } from './real-services.js';
import type { Stage } from './touchpoint.js';

/** Events of one order of the load: it is placed, and its parcel is lost, which raises an alert. */
const EVENTS_OF_ORDER = 2;

/** An order of the load, and what it brought about. */
export interface LoadedOrder {
  /** When the record of its loss was handed to Kafka; ms since the epoch. */
  readonly sentAt: number;
  /** When a consumer of `cx.events` had what it brings about; null: not yet. */
  seenAt: number | null;
}

/** Orders in trouble at a steady rate, and a consumer of `cx.events` that notes how long each takes. `orders` grows, in the order of sending. */
export async function startSteadyLoad(stage: Stage, eventsPerSecond: number) {
  const kafka = new kafkajs.Kafka({ brokers: [...stage.brokers], clientId: 'touchpoint-load', logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: freshPrefix('load'), maxWaitTimeInMs: 20 });
  const orders = new Map<string, LoadedOrder>();
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: stage.topicName('cx.events'), fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => {
    const order = orders.get(String(message.key));
    if (order !== undefined) order.seenAt ??= Date.now();
  } });
  const send = async (orderId: string): Promise<void> => {
    const now = Date.now();
    const events = lostParcels(orderId, 1, now).trimEnd().split('\n').map((line) => ({ line, ...JSON.parse(line) as { readonly orderId: string; readonly type: string } }));
    orders.set(events[0]?.orderId ?? '', { sentAt: now, seenAt: null });
    await producer.sendBatch({ acks: -1, topicMessages: events.map(({ line, type, orderId: key }) => ({ topic: stage.topicName(topicOf(type) ?? ''), messages: [{ key, value: line }] })) });
  };
  let ended = false;
  const sending = (async (): Promise<void> => {
    const began = Date.now();
    const everyMs = 1_000 * EVENTS_OF_ORDER / eventsPerSecond;
    for (let sent = 0; !ended; sent += 1) {
      await pause(Math.max(0, began + sent * everyMs - Date.now()));
      await send(`load-${sent}`);
    }
  })();
  return {
    orders: orders as ReadonlyMap<string, Readonly<LoadedOrder>>,
    /** Ends the sending; what was sent is still waited for. */
    async stop(): Promise<void> {
      ended = true;
      await sending;
    },
    async close(): Promise<void> {
      await Promise.all([consumer.disconnect(), producer.disconnect()]);
    },
  };
}
