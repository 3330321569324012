import { produceStream, linesOf } from '../../src/adapters/kafka/produce.js';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { topicNames } from '../../src/app/kafka-ground.js';
import { topicOf } from '../../src/contracts/sources.js';
import { PARTITIONERS } from '../../src/pipeline/partitioner.js';
import { say } from './ending.js';
import type { Installation } from './installation.js';

/** Where the events come from: an NDJSON file, or so many orders of the simulated shop. */
export type Input = { readonly file: string } | { readonly orders: number };

/** The same events on every machine and day: a past that is over. */
const SHOP = { seed: 'bench', start: Date.parse('2024-01-01T00:00:00Z') };
/** An order lives 4.4 days on average: some 20,000 of them are under way at any time, once the shop has been open for that long. */
const ORDERS_PER_DAY = 4_500;
const CHUNK_LINES = 1_000;
const SAY_EVERY_MS = 5_000;

export interface Filled {
  readonly events: number;
  /** Of the values alone, per event. */
  readonly bytes: number;
}

/** Writes all of the input into the source topics, as fast as Kafka takes it. */
export function fill(installation: Installation, input: Input): Promise<Filled> {
  return writeLines(installation, 'file' in input ? linesOf([input.file]) : shop(input.orders));
}

/** Writes events into their topics, as fast as Kafka takes them. */
export function writeEvents(installation: Installation, events: Iterable<object>): Promise<Filled> {
  return writeLines(installation, inChunks(events, (event) => Buffer.from(JSON.stringify(event))));
}

async function writeLines({ client, config, partitions }: Installation, chunks: AsyncIterable<readonly Buffer[]>): Promise<Filled> {
  let bytes = 0;
  let told = Date.now();
  const counted = async function* (): AsyncGenerator<readonly Buffer[]> {
    for await (const lines of chunks) {
      for (const line of lines) bytes += line.length;
      yield lines;
    }
  };
  const { lines } = await produceStream(client, counted(), {
    sources: topicNames(config).sources, topicOf, partitions, partitioner: PARTITIONERS[config.partitioner], rate: null,
    progress(so) {
      if (Date.now() - told < SAY_EVERY_MS) return;
      told = Date.now();
      say(`  ${so.lines.toLocaleString('en')} events written`);
    },
  });
  return { events: lines, bytes: Math.round(bytes / lines) };
}

const shop = (orders: number): AsyncGenerator<readonly Buffer[]> => inChunks(simulateNdjson({ ...SHOP, orders, ordersPerDay: ORDERS_PER_DAY }), (line) => Buffer.from(line.trimEnd()));

async function* inChunks<T>(items: Iterable<T>, lineOf: (item: T) => Buffer): AsyncGenerator<readonly Buffer[]> {
  let lines: Buffer[] = [];
  for (const item of items) {
    lines.push(lineOf(item));
    if (lines.length < CHUNK_LINES) continue;
    yield lines;
    lines = [];
  }
  yield lines;
}
