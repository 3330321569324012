import { afterEach, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type AccessSettings, ONLY_THIS_MACHINE } from '../../../src/adapters/http/access.js';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import { DEFAULT_STREAM_SETTINGS, type StreamSettings } from '../../../src/adapters/http/stream-settings.js';
import { createEventLog, type Published } from '../../support/stream-client.js';
import type { Scope } from '../../../src/contracts/scopes.js';
import { NOW, portsWith, streamOf } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

/** The stream on a socket, with its clock turned by hand. */
async function serving(settings: Partial<StreamSettings> = {}, access: AccessSettings = ONLY_THIS_MACHINE, clock = { now: () => NOW }) {
  const log = createEventLog(2);
  const told: string[] = [];
  const beats = new Set<() => void>();
  const stream = streamOf(log.feed, { telemetry: {
    streamClients: (count) => { told.push(`clients ${count}`); }, streamDropped: (reason) => { told.push(`dropped ${reason}`); },
    streamFailed: (error) => { told.push(error.message); }, retrying: () => undefined,
  } });
  const http = await buildHttp(await portsWith([], { stream, clock }), {
    access, stream: { ...DEFAULT_STREAM_SETTINGS, every: (run) => {
      beats.add(run);
      return () => beats.delete(run);
    }, ...settings },
  });
  app = http;
  await http.listen({ host: '127.0.0.1', port: 0 });
  const { port } = http.server.address() as { readonly port: number };
  const told0 = async (line: string): Promise<void> => waitFor(`telemetry to say: ${line}`, () => told.at(-1) === line);
  return {
    http, port, told, beats, settled: told0, publish: (event: Published) => { log.publish(event); },
    beat: () => { for (const run of beats) run(); },
  };
}

async function waitFor(what: string, holds: () => boolean): Promise<void> {
  for (const until = performance.now() + 30_000; !holds();) {
    if (performance.now() > until) throw new Error(`it never came to this: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

interface RawClient {
  readonly socket: Socket;
  readonly text: () => string;
  readonly closed: () => boolean;
  /** Waits for this text. */
  sees(words: string): Promise<void>;
}

function connectRaw(port: number, path = '/v1/stream', headers: readonly string[] = []): RawClient {
  let text = '';
  let closed = false;
  const socket = connect(port, '127.0.0.1', () => socket.write([`GET ${path} HTTP/1.1`, 'host: localhost', ...headers, '', ''].join('\r\n')));
  socket.on('data', (chunk) => { text += chunk.toString(); }).on('close', () => { closed = true; }).on('error', () => undefined);
  return { socket, text: () => text, closed: () => closed, sees: (words) => waitFor(`a client sees ${words}`, () => text.includes(words)) };
}

const lastId = (text: string): string => [...text.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? '';

describe('GET /v1/stream', () => {
  test('is a stream of server-sent events with the protective headers, and says first how to come back', async () => {
    const { port, publish } = await serving();
    const client = connectRaw(port);
    await client.sees('\nid: ');
    publish({ partition: 0, seq: 1, more: { detail: { text: 'two\nlines' } } });
    await client.sees('event: ');
    const [head = '', body = ''] = client.text().split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    for (const header of ['content-type: text/event-stream; charset=utf-8', 'cache-control: no-store', 'x-content-type-options: nosniff', 'x-accel-buffering: no', 'connection: keep-alive', 'transfer-encoding: chunked']) {
      expect(head.toLowerCase()).toContain(header);
    }
    expect(body).toMatch(/^\w+\r\n: .*\nretry: 2000\n\n/);
    expect(client.text()).toMatch(/\nid: [\w-]+\nevent: signal\.opened\ndata: \{"id":"0\/1",[^\n]*"two\\nlines"[^\n]*\}\n\n/);
    client.socket.destroy();
  });

  test.each(['header', 'query'] as const)('goes on behind the id of the last event, told by %s', async (by) => {
    const { port, publish, settled } = await serving();
    const first = connectRaw(port);
    await first.sees('\nid: ');
    publish({ partition: 0, seq: 1 });
    await first.sees('0/1');
    first.socket.destroy();
    await settled('clients 0');
    publish({ partition: 1, seq: 2 });
    const id = lastId(first.text());
    const second = by === 'header' ? connectRaw(port, '/v1/stream?lastEventId=older', [`Last-Event-ID: ${id}`]) : connectRaw(port, `/v1/stream?lastEventId=${id}`);
    await second.sees('1/2');
    expect(second.text()).not.toContain('0/1');
    second.socket.destroy();
  });

  test('shows in even intervals that it lives, and where the client stands', async () => {
    const { port, publish, beat } = await serving();
    const client = connectRaw(port, '/v1/stream?orderId=nobody');
    await client.sees('\nid: ');
    const began = lastId(client.text());
    beat();
    await client.sees('\r\n:\n\n');
    publish({ partition: 0, seq: 1 });
    await waitFor('the id of a place further on', () => {
      beat();
      return lastId(client.text()) !== began;
    });
    expect(client.text()).not.toContain('event:');
    client.socket.destroy();
  });

  test.each([
    ['?lastEventId=nonsense', 400, 'Last-Event-ID'], ['?type=order.placed', 400, 'type'], ['?signal=none', 400, 'signal'], ['?colour=red', 400, 'colour'],
    ['?pattern=a&pattern=b', 400, 'pattern'], ['?orderId=', 400, 'orderId'],
  ])('%s is refused before it begins', async (query, status, name) => {
    const response = await (await serving()).http.inject(`/v1/stream${query}`);
    expect([response.statusCode, response.headers['content-type']]).toEqual([status, expect.stringMatching(/^application\/problem\+json/)]);
    expect(response.json()).toMatchObject({ invalidParameters: [{ name, reason: expect.not.stringMatching(/^(Invalid|Too)/) }] });
  });

  test('an id of another log is 410, a client too many 503 until another one left', async () => {
    const { http, port, settled, told } = await serving();
    const other = await serving();
    const foreign = connectRaw(other.port);
    await foreign.sees('\nid: ');
    await other.http.close();
    app = http;
    expect((await http.inject({ url: '/v1/stream', headers: { 'last-event-id': lastId(foreign.text()) } })).json()).toMatchObject({ status: 410, detail: expect.stringContaining('Begin anew') });
    const clients = [connectRaw(port), connectRaw(port)];
    for (const client of clients) await client.sees('\nid: ');
    const refused = await http.inject('/v1/stream');
    expect([refused.statusCode, refused.headers['retry-after'], refused.headers['content-type']]).toEqual([503, '5', expect.stringMatching(/^application\/problem\+json/)]);
    expect(told.at(-1)).toBe('dropped too_many');
    clients[0]!.socket.destroy();
    await settled('clients 1');
    const third = connectRaw(port);
    await third.sees('\nid: ');
    for (const { socket } of [third, clients[1]!]) socket.destroy();
  });

  test.each([['read', 'null'], ['read,read:personal', '"c-1"']])('says to a token with %s that the customer is %s, and nothing without one', async (scopes, customer) => {
    const sha256 = createHash('sha256').update('secret').digest('hex');
    const { http, port, publish } = await serving({}, { open: false, tokens: [{ name: 't', sha256, scopes: scopes.split(',') as Scope[] }] });
    expect((await http.inject('/v1/stream')).statusCode).toBe(401);
    const client = connectRaw(port, '/v1/stream', ['authorization: Bearer secret']);
    await client.sees('\nid: ');
    publish({ partition: 0, seq: 1, more: { customerId: 'c-1' } });
    await client.sees('"0/1"');
    expect(client.text()).toContain(`"customerId":${customer}`);
    client.socket.destroy();
  });

  test('is given to one holder only so often at a time, and again once one has ended', async () => {
    const tokens = ['a', 'b'].map((name) => ({ name, sha256: createHash('sha256').update(name).digest('hex'), scopes: ['read' as const] }));
    const { http, port, settled } = await serving({ maxPerClient: 1 }, { open: false, tokens });
    const first = connectRaw(port, '/v1/stream', ['authorization: Bearer a']);
    await first.sees('\nid: ');
    const refused = await http.inject({ url: '/v1/stream', headers: { authorization: 'Bearer a' } });
    expect([refused.statusCode, refused.headers['retry-after'], refused.json<{ detail: string }>().detail]).toEqual([429, '5', 'More than 1 streams at once.']);
    const other = connectRaw(port, '/v1/stream', ['authorization: Bearer b']);
    await other.sees('\nid: ');
    // What was refused before it began takes no place.
    expect((await http.inject({ url: '/v1/stream?lastEventId=none', headers: { authorization: 'Bearer b' } })).statusCode).toBe(429);
    other.socket.destroy();
    await settled('clients 1');
    expect((await http.inject({ url: '/v1/stream?lastEventId=none', headers: { authorization: 'Bearer b' } })).statusCode).toBe(400);
    expect((await http.inject({ url: '/v1/stream?lastEventId=none', headers: { authorization: 'Bearer b' } })).statusCode).toBe(400);
    first.socket.destroy();
    await settled('clients 0');
    const again = connectRaw(port, '/v1/stream', ['authorization: Bearer a']);
    await again.sees('\nid: ');
    again.socket.destroy();
  });

  test('has no HEAD: it would never end', async () => {
    expect((await (await serving()).http.inject({ method: 'HEAD', url: '/v1/stream' })).statusCode).toBe(405);
  });
});

describe('a client', () => {
  test('that goes away leaves nothing behind', async () => {
    const { port, settled, beats } = await serving();
    for (let i = 0; i < 5; i += 1) {
      const client = connectRaw(port);
      await client.sees('\nid: ');
      expect(beats.size).toBe(1);
      client.socket.destroy();
      await settled('clients 0');
      expect(beats.size).toBe(0);
    }
  });

  test('that is gone before it was admitted leaves nothing behind', async () => {
    const { port, settled, beats } = await serving();
    const client = connectRaw(port);
    client.socket.once('connect', () => { setImmediate(() => client.socket.destroy()); });
    await waitFor('the client gone', () => client.closed());
    const next = connectRaw(port);
    await next.sees('\nid: ');
    next.socket.destroy();
    await settled('clients 0');
    expect(beats.size).toBe(0);
  });

  test('that does not read is cut once too much waits for it, and others are not', async () => {
    const { port, publish, told, settled } = await serving({ maxBufferedBytes: 100_000 });
    const slow = connectRaw(port);
    await slow.sees('\nid: ');
    slow.socket.pause();
    const good = connectRaw(port);
    await good.sees('\nid: ');
    let seq = 0;
    // What the system holds for a socket comes on top, some megabytes.
    await waitFor('the slow client cut', () => {
      for (let i = 0; i < 5; i += 1) publish({ partition: 0, seq: seq += 1, more: { text: 'x'.repeat(10_000) } });
      return told.includes('dropped slow');
    });
    await good.sees(`"0/${seq}"`);
    good.socket.destroy();
    await settled('clients 0');
    // It comes back and misses nothing of what it had not read.
    slow.socket.resume();
    await waitFor('the connection closed', () => slow.closed());
    const again = connectRaw(port, '/v1/stream', [`Last-Event-ID: ${lastId(slow.text().slice(0, slow.text().lastIndexOf('\n\n')))}`]);
    await again.sees(`"0/${seq}"`);
    const names = [...(slow.text() + again.text()).matchAll(/"id":"0\/(\d+)"/g)].map(([, number]) => Number(number));
    expect(new Set(names).size).toBe(seq);
    again.socket.destroy();
  });

  test('that takes nothing for four intervals is cut, however little waits for it', async () => {
    const { port, publish, beat, told } = await serving({ maxBufferedBytes: 1e9 });
    const client = connectRaw(port);
    await client.sees('\nid: ');
    client.socket.pause();
    for (let seq = 1; seq <= 1_200; seq += 1) publish({ partition: 0, seq, more: { text: 'x'.repeat(10_000) } });
    await waitFor('the client cut', () => {
      beat();
      return told.includes('dropped slow');
    });
    client.socket.destroy();
  });

  test('is ended as its token expires, and goes on with another', async () => {
    const clock = { at: NOW, now: () => clock.at };
    const minute = 60_000;
    const verifyJwt: AccessSettings['verifyJwt'] = async () => ({ kind: 'valid', subject: 'boards', scopes: new Set<Scope>(['read']), expiresAt: NOW + minute });
    const { port, publish, beat, told } = await serving({}, { tokens: [], open: false, verifyJwt }, clock);
    const bearer = 'authorization: Bearer a.b.c';
    const client = connectRaw(port, '/v1/stream', [bearer]);
    await client.sees('\nid: ');
    clock.at += minute - 1;
    beat();
    publish({ partition: 0, seq: 1 });
    await client.sees('"0/1"');
    clock.at += 1;
    beat();
    await waitFor('the connection closed', () => client.closed());
    expect(told).toContain('dropped expired');
    publish({ partition: 0, seq: 2 });
    const again = connectRaw(port, '/v1/stream', [bearer, `Last-Event-ID: ${lastId(client.text())}`]);
    await again.sees('"0/2"');
    again.socket.destroy();
  });

  test('that is there when the service stops is ended at once, also one that does not read', async () => {
    const { http, port, publish, told } = await serving();
    const [reading, not] = [connectRaw(port), connectRaw(port)];
    for (const client of [reading, not]) await client.sees('\nid: ');
    not.socket.pause();
    for (let seq = 1; seq <= 60; seq += 1) publish({ partition: 0, seq, more: { text: 'x'.repeat(10_000) } });
    await reading.sees('"0/60"');
    const asked = performance.now();
    await http.close();
    app = null;
    expect(performance.now() - asked).toBeLessThan(3_000);
    await waitFor('the connection closed', () => reading.closed());
    expect(reading.text().endsWith('\r\n0\r\n\r\n')).toBe(true);
    expect(told.filter((line) => line === 'dropped stopping')).toHaveLength(2);
    not.socket.destroy();
  });
});
