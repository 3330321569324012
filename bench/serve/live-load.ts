import { setTimeout as pause } from 'node:timers/promises';
import { produceStream } from '../../src/adapters/kafka/produce.js';
import { createShop } from '../../src/adapters/simulator/shop.js';
import { topicNames } from '../../src/app/kafka-ground.js';
import { topicOf } from '../../src/contracts/sources.js';
import { PARTITIONERS } from '../../src/pipeline/partitioner.js';
import { say } from './ending.js';
import { freshName, type Installation } from './installation.js';

/** Events that happen while they are sent, as many a second as asked for, and evenly, once the load has been on for RAMP_MS. */
export interface LiveLoad {
  /** Acknowledged by Kafka so far. */
  readonly sent: number;
  /** When an event was first handed to Kafka, ms; undefined: it never was, or is of no type that is remembered. The record's timestamp is this or a little later. */
  sentAt(eventId: string): number | undefined;
  /** Resolves when what was sent is acknowledged. */
  stop(): Promise<void>;
}

export interface LoadSettings {
  /** Events a second. */
  readonly rate: number;
  /**
   * The load goes on for so long at the most, ms, and is made up before it begins: what makes and collects it would stand in the way of what is
   * measured. Half a kilobyte an event is kept. Absent: without end, made up as it is sent.
   */
  readonly forMs?: number;
  /** Of which types of events `sentAt` is asked. Default: of none. */
  readonly remembers?: ReadonlySet<string>;
}

/** What happens within a slice of time. */
interface Slice {
  /** When it is over, ms. */
  readonly at: number;
  /** Each event on a line: one piece of memory, so that there is little to collect. */
  readonly lines: Buffer;
  /** Ids of events that are remembered. */
  readonly ids: readonly string[];
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
/** What making an event up takes, at the most, ms; the load begins once all are. */
const MADE_UP_MS = 0.06;

/** Begins at once, or once it is made up; resolves when it does. */
export async function startLoad({ client, config, partitions }: Installation, { rate, forMs = Infinity, remembers = new Set() }: LoadSettings): Promise<LiveLoad> {
  const due = forMs === Infinity ? asTold(shopsOpeningAt(Date.now(), rate, remembers)) : await madeUp(rate, forMs, remembers);
  const sentAt = new Map<string, number>();
  let stopped = false;
  let sent = 0;
  const asItHappens = async function* (): AsyncGenerator<readonly Buffer[]> {
    while (!stopped) {
      await pause(SLICE_MS - (Date.now() % SLICE_MS));
      const now = Date.now();
      const slices = due(now);
      for (const { ids } of slices) for (const id of ids) if (!sentAt.has(id)) sentAt.set(id, now);
      yield slices.flatMap(({ lines }) => linesOf(lines));
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

/** What is due by now, ms, and was not given out yet. */
type Due = (now: number) => readonly Slice[];

const asTold = (next: (until: number) => Slice): Due => (now) => [next(now)];

/** All of it made up; resolves when it begins. Of the shops nothing is kept. */
async function madeUp(rate: number, forMs: number, remembers: ReadonlySet<string>): Promise<Due> {
  const takesMs = (forMs / 1_000) * rate * MADE_UP_MS;
  say(`making up what happens, which takes ${Math.ceil(takesMs / 1_000)} s`);
  const start = Date.now() + takesMs;
  const slices = slicesFrom(start, forMs, shopsOpeningAt(start, rate, remembers));
  await pause(Math.max(0, start - Date.now()));
  let given = 0;
  return (now) => {
    const from = given;
    while (given < slices.length && (slices[given]?.at ?? Infinity) <= now) given += 1;
    return slices.slice(from, given);
  };
}

const slicesFrom = (start: number, forMs: number, next: (until: number) => Slice): readonly Slice[] =>
  Array.from({ length: Math.ceil(forMs / SLICE_MS) }, (_, i) => next(start + (i + 1) * SLICE_MS));

/** What happens in all shops up to an instant, ms, and was not told yet. */
function shopsOpeningAt(start: number, rate: number, remembers: ReadonlySet<string>): (until: number) => Slice {
  const name = freshName();
  const shops = Array.from({ length: SHOPS }, (_, k) => createShop({
    seed: `${name}-${k}`, orderPrefix: `${name}-${k}`, start: start - (k * DAY_SECONDS * 1_000) / SHOPS, ordersPerDay: (rate / SHOPS / EVENTS_PER_ORDER) * DAY_SECONDS,
    speed: SPEED, roundTheClock: true, customers: CUSTOMERS,
  }));
  return (at) => {
    const events = shops.flatMap((shop) => shop.next(at)).map(({ event }) => event);
    return { at, lines: Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')), ids: events.filter(({ type }) => remembers.has(type)).map(({ id }) => id) };
  };
}

function linesOf(lines: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0, end = lines.indexOf('\n'); end >= 0; at = end + 1, end = lines.indexOf('\n', at)) found.push(lines.subarray(at, end));
  return found;
}
