import { request } from 'node:http';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKafkaEventFeed } from '../../src/adapters/kafka/event-feed.js';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import type { OpenFeed } from '../../src/pipeline/stream/event-feed.js';
import { withoutRepeats } from '../support/derived.js';
import { connectTo, createStreamUnderTest, nameOf } from '../support/stream-client.js';
import { createStage, metric, type Stage, until } from '../support/touchpoint.js';
import { kafkaLogs, type KafkaLogs } from './kafka-support.js';

interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

interface Listening {
  readonly url: string;
  readonly lastEventId: string | null;
  /** The client is cut when it has so many events. */
  readonly cutAfter: number;
  readonly done: () => boolean;
  readonly take: (event: Received) => void;
}

/** One connection, until it is cut, or the server ends it, or `done`. Resolves with the id of the last event. */
function listen({ url, lastEventId, cutAfter, done, take }: Listening): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let taken = 0;
    let last = lastEventId;
    let rest = '';
    const asked = request(`${url}/v1/stream`, { headers: lastEventId === null ? {} : { 'last-event-id': lastEventId } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`answered with ${String(response.statusCode)}`));
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          if (taken >= cutAfter) break;
          const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
          last = field('id') ?? last;
          const [id, type, data] = [field('id'), field('event'), field('data')];
          if (id === undefined || type === undefined || data === undefined) continue;
          taken += 1;
          take({ id, type, data });
        }
        if (taken >= cutAfter) asked.destroy();
      }).on('close', () => { end(); }).on('error', () => undefined);
    });
    const watch = setInterval(() => { if (done()) asked.destroy(); }, 50);
    const end = (): void => {
      clearInterval(watch);
      resolve(last);
    };
    asked.on('error', () => { end(); }).end();
  });
}

describe('GET /v1/stream on Kafka and Redis', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage({ partitions: 4 });
  }, 120_000);
  afterAll(() => stage.close());

  test('gives a client that is cut again and again each event exactly once, from whichever worker, one of which is killed', async () => {
    const workers = [await stage.worker(), await stage.worker()];
    const urls = workers.map(({ url }) => url);
    const input = join(mkdtempSync(join(tmpdir(), 'touchpoint-')), 'load.ndjson');
    writeFileSync(input, [...simulateNdjson({ seed: 'stream', start: Date.UTC(2025, 0, 1), orders: 1_500 })].join(''));
    const events: Received[] = [];
    let complete = false;
    /** Connections that brought something. */
    let cuts = 0;
    let lastEventId: string | null = null;
    const client = (async () => {
      for (let turn = 0; !complete; turn += 1) {
        const url = urls[turn % urls.length] ?? '';
        const before: string | null = lastEventId;
        const had = events.length;
        lastEventId = await listen({ url, lastEventId, cutAfter: 1 + ((turn * 37) % 60), done: () => complete, take: (event) => { events.push(event); } }).catch(() => before);
        if (events.length > had) cuts += 1;
      }
    })();
    await until('the client', 30_000, async () => (await metric(urls[0]!, 'cx_stream_clients')) === 1);
    const producing = stage.run(['produce', input, '--rate', '2000']);
    await until('some events', 60_000, async () => events.length > 200);
    await workers[1]!.kill('SIGKILL');
    urls.splice(1, 1, (await stage.worker()).url);
    const total = Number(/([\d,]+) events acknowledged/.exec((await producing).stdout)?.[1]?.replaceAll(',', ''));
    await until('everything read', 120_000, async () => Object.values(await stage.counts()).reduce((sum, { read }) => sum + read, 0) === total);
    // Deadlines may go on falling due, and what was read last may still be on its way: as many on both sides need not be the same ones.
    const { published, names } = await until('the client to have those that there are', 90_000, async () => {
      const found = withoutRepeats(await stage.read('cx.events'));
      const got = events.map(({ data }) => nameOf(data));
      const had = new Set(got);
      return had.size === found.length && found.every(({ id }) => had.has(id)) ? { published: found, names: got } : null;
    });
    complete = true;
    await client;
    expect(cuts).toBeGreaterThan(50);
    expect(new Set(names).size).toBe(names.length);
    expect([...names].sort()).toEqual(published.map(({ id }) => id).sort());
    const sequences = new Map<string, number>();
    for (const { data } of events) {
      const { orderId, sequence } = JSON.parse(data) as { readonly orderId: string; readonly sequence: number };
      expect([orderId, sequence > (sequences.get(orderId) ?? 0)]).toEqual([orderId, true]);
      sequences.set(orderId, sequence);
    }
  }, 300_000);

  test('does not hold up a worker that is told to stop', async () => {
    const worker = await stage.worker();
    const listening = [1, 2, 3].map(() => listen({ url: worker.url, lastEventId: null, cutAfter: 1e9, done: () => false, take: () => undefined }));
    await until('the clients', 30_000, async () => (await metric(worker.url, 'cx_stream_clients')) === 3);
    const asked = Date.now();
    expect(await worker.kill('SIGTERM')).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect(await Promise.all(listening)).toHaveLength(3);
  }, 120_000);
});

describe('cx.events on Kafka', () => {
  let logs: KafkaLogs;
  let feed: OpenFeed;
  const name = (): string => logs.outputs.get('cx.events') ?? '';
  const publish = (partition: number, ...seqs: readonly number[]): Promise<unknown> => logs.output.publish(partition, seqs.map((seq) => (
    { seq, topic: 'cx.events', key: 'o', value: JSON.stringify({ id: `${partition}/${seq}`, type: 'signal.opened', orderId: 'o' }), headers: { cx_seq: String(seq) } })));
  beforeAll(async () => {
    logs = await kafkaLogs({ topics: ['orders'], lanes: 2 });
    feed = await createKafkaEventFeed({ client: logs.client, topic: name() }).open();
  }, 120_000);
  afterAll(async () => {
    await feed.close();
    await logs.close();
  });

  test('is read from any offset to its end, and not outside of it', async () => {
    await publish(0, 1, 2, 3);
    expect(await feed.bounds()).toEqual([{ start: 0, end: 3 }, { start: 0, end: 0 }]);
    expect(await feed.read(0, 1)).toMatchObject({ records: [{ offset: 1 }, { offset: 2 }], next: 3 });
    expect(await feed.read(0, 3)).toEqual({ records: [], next: 3 });
    expect(await feed.read(0, 4)).toBeNull();
    await logs.remove(name(), 0, 2);
    expect(await feed.read(0, 1)).toBeNull();
    expect(await feed.bounds()).toEqual([{ start: 2, end: 3 }, { start: 0, end: 0 }]);
  }, 60_000);

  test('tells a client what retention removed, and drops what is written twice', async () => {
    const { stream } = createStreamUnderTest({ feed: createKafkaEventFeed({ client: logs.client, topic: name() }) });
    const { lastEventId } = (await connectTo(stream)).cut();
    await publish(1, 1, 2, 3, 4);
    await publish(1, 3, 4);
    await logs.remove(name(), 1, 2);
    const client = await connectTo(stream, lastEventId);
    await publish(1, 4, 5);
    await until('the last event', 20_000, async () => client.messages.at(-1)?.data.includes('"1/5"'));
    expect(client.messages.map(({ type, data }) => (type === 'gap' ? JSON.parse(data) as unknown : nameOf(data)))).toEqual([
      { partitions: [{ partition: 1, from: 0, to: 2 }] }, '1/3', '1/4', '1/5',
    ]);
    await stream.close();
  }, 60_000);
});
