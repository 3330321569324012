import { setTimeout as sleep } from 'node:timers/promises';
import { produceStream } from '../adapters/kafka/produce.js';
import { createDemo } from '../adapters/simulator/demo.js';
import { topicNames } from '../app/kafka-ground.js';
import { counted } from '../app/report/layout.js';
import { topicOf } from '../contracts/sources.js';
import { PARTITIONERS } from '../pipeline/partitioner.js';
import { CommandFault } from './context.js';
import { kafkaOrFault, partitionsOrFault, tellingKafkaFaults } from './kafka.js';

export interface SimulateOptions {
  readonly rate: string;
  readonly days: string;
  readonly seed?: string;
  readonly seconds?: string;
}

const FEED_MS = 200;
/** Some 24 days: beyond it Node's timers fire at once. */
const MOST_SECONDS = 2_147_483;
/** Lines handed on at once; the past of a shop comes as a whole. */
const CHUNK_LINES = 500;

/** `touchpoint simulate`: the simulated shop's events, as they happen, until SIGTERM or SIGINT or for so many seconds. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const ordersPerSecond = above(0, '--rate', options.rate, 'orders a second, more than 0 and at most 1000', 1_000);
  const historyDays = above(-1, '--days', options.days, 'days, from 0 to 365', 365);
  const seconds = options.seconds === undefined ? Infinity : above(0, '--seconds', options.seconds, `seconds, more than 0 and at most ${MOST_SECONDS}`, MOST_SECONDS);
  const { config, client } = kafkaOrFault();
  const names = topicNames(config);
  const opened = Date.now();
  // Without a seed each start is another shop: two orders of one name would be taken for one.
  const label = options.seed ?? opened.toString(36);
  const shop = createDemo({ seed: label, now: opened, historyDays, ordersPerSecond, label });
  const closing = untilClosed(opened + seconds * 1_000);
  process.stderr.write(`the shop is open: ${ordersPerSecond} ${ordersPerSecond === 1 ? 'order' : 'orders'} a second${seconds === Infinity ? ' until it is stopped' : ` for ${seconds} s`}, after ${counted(historyDays, 'day')} of parcels\n`);
  const done = await tellingKafkaFaults(async () => produceStream(client, linesAsTheyCome(shop, names.sources, closing), {
    sources: names.sources, topicOf, partitions: await partitionsOrFault(client, names), partitioner: PARTITIONERS[config.partitioner],
    rate: null, sendsEachChunk: true,
  }));
  const perTopic = [...done.perTopic].map(([topic, count]) => `${topic} ${count.toLocaleString('en')}`).join(', ');
  process.stdout.write(`${counted(done.lines, 'event')} acknowledged: ${perTopic}\n`);
}

function above(least: number, option: string, text: string, expected: string, most: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value > least && value <= most)) throw new CommandFault(`${option} ${text}: expected ${expected}`, 2);
  return value;
}

/** Aborts on a signal, or when the time is up. */
function untilClosed(at: number): AbortSignal {
  const closing = new AbortController();
  const close = (): void => { closing.abort(); };
  process.once('SIGTERM', close);
  process.once('SIGINT', close);
  if (at !== Infinity) setTimeout(close, at - Date.now()).unref();
  return closing.signal;
}

type Shop = ReturnType<typeof createDemo>;

async function* linesAsTheyCome(shop: Shop, sources: ReadonlyMap<string, string>, closing: AbortSignal): AsyncGenerator<readonly Buffer[]> {
  const lines = (events: ReturnType<Shop['next']>): Buffer[] =>
    events.filter(({ topic }) => sources.has(topic)).map(({ event }) => Buffer.from(JSON.stringify(event)));
  const past = lines(shop.history());
  for (let from = 0; from < past.length; from += CHUNK_LINES) yield past.slice(from, from + CHUNK_LINES);
  while (!closing.aborted) {
    await sleep(FEED_MS, undefined, { signal: closing }).catch(() => undefined);
    yield lines(shop.next(Date.now()));
  }
}
