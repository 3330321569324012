import { setTimeout as pause } from 'node:timers/promises';
import { produceStream } from '../../src/adapters/kafka/produce.js';
import { createShop } from '../../src/adapters/simulator/shop.js';
import { topicNames } from '../../src/app/kafka-ground.js';
import { topicOf } from '../../src/contracts/sources.js';
import { PARTITIONERS } from '../../src/pipeline/partitioner.js';
import { freshName, type Installation } from './installation.js';

/** Events that happen while they are sent, as many a second as asked for, and evenly, once the load has been on for RAMP_MS. */
export interface LiveLoad {
  /** Acknowledged by Kafka so far. */
  readonly sent: number;
  /** When an event was first handed to Kafka, ms; undefined: it never was. The record's timestamp is this or a little later. */
  sentAt(eventId: string): number | undefined;
  /** Resolves when what was sent is acknowledged. */
  stop(): Promise<void>;
}

/** A day of the shop takes six seconds: most of an order's life of 4.4 days is over within a minute. */
const SPEED = 14_400;
const DAY_SECONDS = 86_400 / SPEED;
const EVENTS_PER_ORDER = 8.8;
const CUSTOMERS = 50_000;
const SLICE_MS = 20;
/** So many shops, each a part of a day ahead of the one before: at the busiest hour a single one sends twice what it does on average. */
const SHOPS = 6;
/** How long it takes until about as many orders end as are placed. */
export const RAMP_MS = 45_000;

/** @param remembers whether `sentAt` is asked: it costs memory for every event */
export function startLoad({ client, config, partitions }: Installation, { rate, remembers }: { readonly rate: number; readonly remembers: boolean }): LiveLoad {
  const name = freshName();
  const now = Date.now();
  const shops = Array.from({ length: SHOPS }, (_, k) => createShop({
    seed: `${name}-${k}`, orderPrefix: `${name}-${k}`, start: now - (k * DAY_SECONDS * 1_000) / SHOPS, ordersPerDay: (rate / SHOPS / EVENTS_PER_ORDER) * DAY_SECONDS,
    speed: SPEED, roundTheClock: true, customers: CUSTOMERS,
  }));
  const sentAt = new Map<string, number>();
  let stopped = false;
  let sent = 0;
  const asItHappens = async function* (): AsyncGenerator<readonly Buffer[]> {
    while (!stopped) {
      await pause(SLICE_MS - (Date.now() % SLICE_MS));
      const now = Date.now();
      const events = shops.flatMap((shop) => shop.next(now));
      if (remembers) for (const { event } of events) if (!sentAt.has(event.id)) sentAt.set(event.id, now);
      yield events.map(({ event }) => Buffer.from(JSON.stringify(event)));
    }
  };
  const done = produceStream(client, asItHappens(), {
    sources: topicNames(config).sources, topicOf, partitions, partitioner: PARTITIONERS[config.partitioner], rate: null, sendsEachChunk: true,
    progress({ lines }) { sent = lines; },
  });
  // Told by stop(); until then nobody waits for it.
  done.catch(() => undefined);
  return {
    get sent() {
      return sent;
    },
    sentAt: (id) => sentAt.get(id),
    async stop() {
      stopped = true;
      await done;
    },
  };
}
