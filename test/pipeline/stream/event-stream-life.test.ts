import { describe, expect, test } from '@jest/globals';
import type { EventFeed } from '../../../src/pipeline/stream/event-feed.js';
import { connectTo, createEventLog, createStreamUnderTest, nameOf, quiet, turns } from '../../support/stream-client.js';

const refused = (refusal: string, words: string) => ({ name: 'StreamRefused', refusal, message: expect.stringContaining(words) });

/** Counts what is open of it. */
function watched(log: EventFeed) {
  const opened = { now: 0, ever: 0 };
  const feed: EventFeed = {
    async open() {
      const inner = await log.open();
      opened.now += 1;
      opened.ever += 1;
      return { ...inner, async close() {
        opened.now -= 1;
        await inner.close();
      } };
    },
  };
  return { feed, opened };
}

describe('the log', () => {
  test('is opened with the first client, once, and left some time after the last', async () => {
    const later: (() => void)[] = [];
    const { feed, opened } = watched(createEventLog(1).feed);
    const { stream } = createStreamUnderTest({ feed, later: (run) => {
      later.push(run);
      return () => { later.splice(later.indexOf(run), 1); };
    } });
    expect(opened.ever).toBe(0);
    const clients = await Promise.all([connectTo(stream), connectTo(stream)]);
    clients[0].cut();
    expect([opened, later.length]).toEqual([{ now: 1, ever: 1 }, 0]);
    clients[1].cut();
    expect([opened.now, later.length]).toEqual([1, 1]);
    (await connectTo(stream)).cut();
    expect([opened, later.length]).toEqual([{ now: 1, ever: 1 }, 1]);
    later[0]!();
    await turns(2);
    expect(opened.now).toBe(0);
    await stream.close();
  });

  test('that cannot be opened is a refusal, and the next client tries again', async () => {
    const log = createEventLog(1);
    let away = true;
    const { stream, told } = createStreamUnderTest({ feed: { open: () => (away ? Promise.reject(new Error('no broker')) : log.feed.open()) } });
    await expect(stream.subscribe(null, {})).rejects.toMatchObject({ ...refused('failed', 'cannot be read'), cause: new Error('no broker') });
    away = false;
    await connectTo(stream);
    expect(told).toEqual(['clients 1', 'clients 0', 'clients 1']);
    await stream.close();
  });

  test('that is neither opened nor refused holds up no stop', async () => {
    const { stream } = createStreamUnderTest({ feed: { open: () => new Promise(() => undefined) } });
    void stream.subscribe(null, {});
    await turns(1);
    await stream.close();
    await expect(stream.subscribe(null, {})).rejects.toMatchObject(refused('stopping', 'stopping'));
  });

  test('that fails cuts all clients, which lose nothing by it', async () => {
    const log = createEventLog(1);
    let fail = (_: Error): void => undefined;
    const { feed, opened } = watched({
      async open() {
        const inner = await log.feed.open();
        return { ...inner, follow(from, listener) {
          fail = (error) => { listener.failed(error); };
          return inner.follow(from, listener);
        } };
      },
    });
    const { stream, told } = createStreamUnderTest({ feed });
    const clients = await Promise.all([connectTo(stream), connectTo(stream)]);
    const { lastEventId } = { lastEventId: (await connectTo(stream)).cut().lastEventId };
    fail(new Error('partitions changed'));
    expect(clients.map(({ ended }) => ended())).toEqual([true, true]);
    expect(told.slice(-5)).toEqual(['failed: partitions changed', 'dropped failed', 'clients 1', 'dropped failed', 'clients 0']);
    log.publish({ partition: 0, seq: 1 });
    await turns(2);
    expect(opened.now).toBe(0);
    const client = await connectTo(stream, lastEventId);
    await quiet(client);
    expect(client.messages.map(({ data }) => nameOf(data))).toEqual(['0/1']);
    await stream.close();
  });
});

describe('the number of clients', () => {
  test('is bounded, counting those that are being admitted', async () => {
    const { stream, told } = createStreamUnderTest({ ...createEventLog(1), maxClients: 2 });
    const first = stream.subscribe(null, {});
    const second = stream.subscribe(null, {});
    await expect(stream.subscribe(null, {})).rejects.toMatchObject(refused('too_many', '2 streams already'));
    (await first).end();
    (await first).end();
    await connectTo(stream);
    (await second).end();
    expect(told.filter((line) => line.startsWith('dropped'))).toEqual(['dropped too_many']);
    expect(told.at(-1)).toBe('clients 1');
    await stream.close();
  });

  test('is none once it was closed: who is there is ended, who comes is refused', async () => {
    const { feed, opened } = watched(createEventLog(1).feed);
    const { stream, told } = createStreamUnderTest({ feed });
    const client = await connectTo(stream);
    const coming = stream.subscribe(null, {});
    const closing = stream.close();
    await expect(coming).rejects.toMatchObject(refused('stopping', 'stopping'));
    await closing;
    expect([client.ended(), opened.now]).toEqual([true, 0]);
    await expect(stream.subscribe(null, {})).rejects.toMatchObject(refused('stopping', 'another worker'));
    expect(told).toContain('dropped stopping');
    expect(told.at(-1)).toBe('clients 0');
  });
});
