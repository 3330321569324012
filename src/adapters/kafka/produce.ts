import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import type { SourceTopic } from '../../contracts/names.js';
import { murmur2Partition, type PartitionFunction } from '../../pipeline/partitioner.js';
import type { KafkaClient } from './connection.js';
import type { PartitionBatch } from './covered-send.js';
import { createOpenRequest } from './open-request.js';
import { openIdempotentProducer, type KafkaProducer } from './producer.js';

export interface ProduceOptions {
  readonly client: KafkaClient;
  readonly files: readonly string[];
  readonly sources: ReadonlyMap<SourceTopic, string>;
  /** Tells the topic of an event type; null for a type that isn't ours. */
  readonly topicOf: (type: string) => SourceTopic | null;
  /** Number of partitions of every source topic. */
  readonly partitions: number;
  readonly partitioner?: PartitionFunction;
  /** Events a second; null: as fast as Kafka takes them. */
  readonly rate: number | null;
  /** Writes what a line holds (null: no JSON) in another format; null: it can't be, and the line is sent as it is. Absent: lines are sent as they are. */
  readonly encode?: (event: LineContent | null) => Promise<Buffer | null>;
  /** Called after every acknowledged request. */
  readonly progress?: (so: Produced) => void;
  readonly signal?: AbortSignal;
}

export interface Produced {
  /** Lines acknowledged; blank ones don't count. */
  readonly lines: number;
  /** Of these, without a type that names a topic: on `orders` without a key, where the service puts them aside. */
  readonly unplaced: number;
  /** Of these, sent as they are though `encode` was to write them in another format. */
  readonly unencoded: number;
  readonly perTopic: ReadonlyMap<SourceTopic, number>;
}

/** The object of JSON that a line holds. */
type LineContent = Readonly<Record<string, unknown>>;

/** A line on its way. */
export interface PlacedLine {
  readonly topic: SourceTopic;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly unplaced: boolean;
  /** `encode` had no other format for it. */
  readonly unencoded?: boolean;
}

/** So many lines wait for one answer; the more, the fewer round trips. */
export const REQUEST_LINES = 4_000;
/** Under a rate a request holds what falls due within this time, so that events arrive evenly; ms. */
const SLICE_MS = 20;

/**
 * Writes the lines of NDJSON files into the source topics: in order per partition, keyed by order, bytes as they are.
 * @throws when a file can't be read or Kafka's acknowledgement stays away
 */
export const produceFiles = (options: ProduceOptions): Promise<Produced> => produceStream(options.client, linesOf(options.files), options);

/** Like produceFiles, of lines that come as they come. */
export const produceStream = async (client: KafkaClient, lines: AsyncIterable<readonly Buffer[]>, options: LineOptions): Promise<Produced> => {
  const producer = await openIdempotentProducer(client);
  try {
    return await produceLines(producer, lines, options);
  } finally {
    await producer.close();
  }
};

type LineOptions = Omit<ProduceOptions, 'client' | 'files'> & {
  /** What comes together is sent at once, without waiting for a request to be full. Default: no. */
  readonly sendsEachChunk?: boolean;
  readonly now?: () => number;
  readonly wait?: (ms: number) => Promise<void>;
};

/** Like produceFiles, from lines. */
export const produceLines = async (producer: Pick<KafkaProducer, 'send'>, lines: AsyncIterable<readonly Buffer[]>, options: LineOptions): Promise<Produced> => {
  const pace = createPace(options.rate, options.now ?? Date.now, options.wait ?? ((ms) => sleep(ms)));
  const perTopic = new Map<SourceTopic, number>();
  let total = 0;
  let unplaced = 0;
  let unencoded = 0;
  let request = createRequest(options);
  const flush = async (): Promise<void> => {
    if (request.size === 0) return;
    await producer.send(request.batches());
    total += request.size;
    for (const { topic, unplaced: lost, unencoded: plain } of request.lines) {
      perTopic.set(topic, (perTopic.get(topic) ?? 0) + 1);
      if (lost) unplaced += 1;
      if (plain === true) unencoded += 1;
    }
    request = createRequest(options);
    options.progress?.({ lines: total, unplaced, unencoded, perTopic });
  };
  for await (const chunk of lines) {
    for (const line of chunk) {
      if (isBlank(line)) continue;
      if (options.signal?.aborted === true) break;
      const event = parsed(line);
      const plain = placeContent(line, event, options.topicOf);
      const placed = options.encode === undefined ? plain : encoded(plain, await options.encode(event));
      if (!request.add(placed)) {
        await flush();
        request.add(placed);
      }
      if (request.size >= pace.allowed(total)) {
        await flush();
        await pace.next(total);
      }
    }
    if (options.sendsEachChunk === true) await flush();
    if (options.signal?.aborted === true) break;
  }
  await flush();
  return { lines: total, unplaced, unencoded, perTopic };
};

const encoded = (line: PlacedLine, value: Buffer | null): PlacedLine => (value === null ? { ...line, unencoded: true } : { ...line, value });

/** The topic and key of a line. One that tells neither goes to `orders` without a key, for the service to refuse. */
export const placeLine = (line: Buffer, topicOf: ProduceOptions['topicOf']): PlacedLine => placeContent(line, parsed(line), topicOf);

const placeContent = (line: Buffer, event: LineContent | null, topicOf: ProduceOptions['topicOf']): PlacedLine => {
  const topic = typeof event?.['type'] === 'string' ? topicOf(event['type']) : null;
  if (topic === null) return { topic: 'orders', key: null, value: line, unplaced: true };
  const orderId = event?.['orderId'];
  return { topic, key: typeof orderId === 'string' && orderId !== '' ? Buffer.from(orderId) : null, value: line, unplaced: false };
};

const parsed = (line: Buffer): LineContent | null => {
  try {
    const value: unknown = JSON.parse(line.toString());
    return typeof value === 'object' && value !== null ? (value as LineContent) : null;
  } catch {
    return null;
  }
};

interface Request {
  readonly size: number;
  readonly lines: readonly PlacedLine[];
  /** false: a partition's batch is full; send first. */
  add(line: PlacedLine): boolean;
  batches(): readonly PartitionBatch[];
}

const createRequest = ({ sources, partitions, partitioner = murmur2Partition }: LineOptions): Request => {
  const request = createOpenRequest();
  const lines: PlacedLine[] = [];
  return {
    get size() {
      return lines.length;
    },
    lines,
    add(line) {
      const topic = sources.get(line.topic);
      if (topic === undefined) throw new Error(`Topic ${line.topic} is not configured, but the input has events of it`);
      // Without a key any partition will do; by content, so that the same input lies in the same place.
      const partition = partitioner(line.key ?? line.value, partitions);
      if (!request.add(topic, partition, { key: line.key, value: line.value })) return false;
      lines.push(line);
      return true;
    },
    batches: () => request.batches(),
  };
};

/** Keeps the number of events since the beginning at the rate times the time: a late request is made up for. */
export const createPace = (rate: number | null, now: () => number, wait: (ms: number) => Promise<void>): {
  /** How many events a request may hold after `sent` events. */
  allowed(sent: number): number;
  /** Waits until the next request is due. */
  next(sent: number): Promise<void>;
} => {
  if (rate === null) return { allowed: () => REQUEST_LINES, next: () => Promise.resolve() };
  const begun = now();
  const slice = Math.max(1, Math.floor((rate * SLICE_MS) / 1_000));
  const due = (): number => ((now() - begun) * rate) / 1_000;
  return {
    allowed: (sent) => Math.min(REQUEST_LINES, Math.max(slice, Math.floor(due() - sent))),
    async next(sent) {
      const ms = ((sent - due()) * 1_000) / rate;
      if (ms > 0) await wait(ms);
    },
  };
};

const NEWLINE = 0x0a;

/** The lines of the files one after another, as bytes, several at a time; `.gz` files are unpacked. */
export async function* linesOf(files: readonly string[]): AsyncGenerator<readonly Buffer[]> {
  for (const file of files) {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of naming(file, chunksOf(file))) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const lines: Buffer[] = [];
      let at = 0;
      for (let end = data.indexOf(NEWLINE, at); end >= 0; end = data.indexOf(NEWLINE, at)) {
        lines.push(data.subarray(at, end));
        at = end + 1;
      }
      rest = data.subarray(at);
      yield lines;
    }
    if (rest.length > 0) yield [rest];
  }
}

const chunksOf = (file: string): AsyncIterable<Buffer> => {
  const raw = createReadStream(file, { highWaterMark: 262_144 });
  if (!file.endsWith('.gz')) return raw as AsyncIterable<Buffer>;
  const unpacked = createGunzip();
  raw.on('error', (error) => { unpacked.destroy(error); });
  return raw.pipe(unpacked) as AsyncIterable<Buffer>;
};

/** What reading and unpacking say names no file. */
async function* naming(file: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

const isBlank = (line: Buffer): boolean => line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
