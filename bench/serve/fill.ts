import { produceStream, linesOf } from '../../src/adapters/kafka/produce.js';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { topicNames } from '../../src/app/kafka-ground.js';
import { topicOf } from '../../src/contracts/sources.js';
import { PARTITIONERS } from '../../src/pipeline/partitioner.js';
import { say } from './ending.js';
import { PARTITIONS, type Installation } from './installation.js';

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
export async function fill({ client, config }: Installation, input: Input): Promise<Filled> {
  let bytes = 0;
  let told = Date.now();
  const counted = async function* (): AsyncGenerator<readonly Buffer[]> {
    for await (const lines of 'file' in input ? linesOf([input.file]) : shop(input.orders)) {
      for (const line of lines) bytes += line.length;
      yield lines;
    }
  };
  const { lines } = await produceStream(client, counted(), {
    sources: topicNames(config).sources, topicOf, partitions: PARTITIONS, partitioner: PARTITIONERS[config.partitioner], rate: null,
    progress(so) {
      if (Date.now() - told < SAY_EVERY_MS) return;
      told = Date.now();
      say(`  ${so.lines.toLocaleString('en')} events written`);
    },
  });
  return { events: lines, bytes: Math.round(bytes / lines) };
}

async function* shop(orders: number): AsyncGenerator<readonly Buffer[]> {
  let lines: Buffer[] = [];
  for (const line of simulateNdjson({ ...SHOP, orders, ordersPerDay: ORDERS_PER_DAY })) {
    lines.push(Buffer.from(line.trimEnd()));
    if (lines.length < CHUNK_LINES) continue;
    yield lines;
    lines = [];
  }
  yield lines;
}
