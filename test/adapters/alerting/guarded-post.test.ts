import type { lookup } from 'node:dns';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { addressKind } from '../../../src/adapters/alerting/addresses.js';
import { answerOf } from '../../../src/adapters/alerting/answer.js';
import { createGuardedPost, type GuardedPostOptions } from '../../../src/adapters/alerting/guarded-post.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server of this machine; gives its port. */
async function listening(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return (server.address() as AddressInfo).port;
}

/** A name server that answers with these addresses. */
const resolvingTo = (...addresses: readonly string[]) =>
  ((_name: string, _options: object, found: (error: null, all: object[]) => void) => { found(null, addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))); }) as unknown as typeof lookup;

const post = (url: string, options: Partial<GuardedPostOptions> = {}) => {
  const to = createGuardedPost({ url: new URL(url), allowPrivate: false, timeoutMs: 2_000, now: () => 0, ...options });
  return to.post('{}', {}, new AbortController().signal).finally(() => { to.close(); });
};

describe('an address', () => {
  test.each([
    ['93.184.216.34', 'public'], ['1.1.1.1', 'public'], ['2606:2800:220:1::1', 'public'], ['::ffff:93.184.216.34', 'public'],
    ['127.0.0.1', 'private'], ['127.8.9.10', 'private'], ['10.0.0.1', 'private'], ['172.16.0.1', 'private'], ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'], ['100.64.0.1', 'private'], ['::1', 'private'], ['fd12:3456::1', 'private'], ['::ffff:127.0.0.1', 'private'], ['::ffff:7f00:1', 'private'], ['::ffff:a00:1', 'private'],
    ['169.254.169.254', 'forbidden'], ['::ffff:169.254.169.254', 'forbidden'], ['::ffff:a9fe:a9fe', 'forbidden'], ['168.63.129.16', 'forbidden'], ['fd00:ec2::254', 'forbidden'],
    ['0.0.0.0', 'forbidden'], ['::', 'forbidden'], ['224.0.0.1', 'forbidden'], ['255.255.255.255', 'forbidden'], ['192.0.2.1', 'forbidden'], ['198.18.0.1', 'forbidden'],
    ['fe80::1', 'forbidden'], ['ff02::1', 'forbidden'], ['64:ff9b::7f00:1', 'forbidden'], ['2002:7f00:1::', 'forbidden'], ['2001:0:1::', 'forbidden'], ['2001:db8::1', 'forbidden'], ['::7f00:1', 'forbidden'],
    ['localhost', 'forbidden'], ['', 'forbidden'],
  ])('%s is %s', (address, kind) => expect(addressKind(address)).toBe(kind));

  test('just outside of a private range is public', () => {
    for (const address of ['172.15.255.255', '172.32.0.0', '11.0.0.0', '100.128.0.0', '192.167.255.255', '169.253.0.1', '128.0.0.1']) expect([address, addressKind(address)]).toEqual([address, 'public']);
  });
});

describe('a post', () => {
  test.each([
    'http://127.0.0.1:1/', 'http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/',
    'http://10.1.2.3/', 'http://169.254.169.254/latest/meta-data', 'http://[fe80::1]/', 'http://0/',
  ])('to %s is not made', async (url) => {
    expect(await post(url)).toMatchObject({ kind: 'failed', reason: 'address_refused' });
  });

  test('to a name that leads to a private address is not made, also where only one of several does', async () => {
    let asked = 0;
    const port = await listening((_request, response) => {
      asked += 1;
      response.end();
    });
    for (const addresses of [['127.0.0.1'], ['::ffff:127.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['127.0.0.1', '2606:2800:220:1::1']]) {
      expect(await post(`http://crm.example:${port}/`, { resolve: resolvingTo(...addresses) })).toMatchObject({ reason: 'address_refused' });
    }
    expect(asked).toBe(0);
    expect(await post(`http://crm.example:${port}/`, { resolve: resolvingTo('127.0.0.1'), allowPrivate: true })).toEqual({ kind: 'taken' });
    expect(asked).toBe(1);
  });

  test('goes nowhere near the metadata of a cloud, whatever is allowed', async () => {
    expect(await post('http://169.254.169.254/', { allowPrivate: true })).toMatchObject({ reason: 'address_refused' });
    expect(await post('http://crm.example/', { allowPrivate: true, resolve: resolvingTo('fd00:ec2::254') })).toMatchObject({ reason: 'address_refused' });
  });

  test('brings the body and its headers', async () => {
    const got: unknown[] = [];
    const port = await listening((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => { body += chunk.toString(); }).on('end', () => {
        got.push([request.method, request.url, request.headers['content-type'], request.headers['webhook-id'], body]);
        response.writeHead(204).end();
      });
    });
    const to = createGuardedPost({ url: new URL(`http://127.0.0.1:${port}/hook?a=1`), allowPrivate: true, timeoutMs: 2_000, now: () => 0 });
    for (const id of ['1', '2']) expect(await to.post('{"é":1}', { 'webhook-id': id }, new AbortController().signal)).toEqual({ kind: 'taken' });
    to.close();
    expect(got).toEqual(['1', '2'].map((id) => ['POST', '/hook?a=1', 'application/json', id, '{"é":1}']));
  });

  test('does not follow a redirect', async () => {
    let asked = 0;
    const port = await listening((_request, response) => {
      asked += 1;
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    expect(await post(`http://127.0.0.1:${port}/`, { allowPrivate: true })).toMatchObject({ kind: 'failed', reason: 'redirected' });
    expect(asked).toBe(1);
  });

  test('to a receiver that hangs ends in time, and as soon as it is called off', async () => {
    const port = await listening(() => undefined);
    const url = `http://127.0.0.1:${port}/`;
    expect(await post(url, { allowPrivate: true, timeoutMs: 100 })).toEqual({ kind: 'failed', reason: 'timeout', message: 'no answer within 100 ms', retryAfterMs: null });
    const to = createGuardedPost({ url: new URL(url), allowPrivate: true, timeoutMs: 60_000, now: () => 0 });
    const calledOff = new AbortController();
    const answer = to.post('{}', {}, calledOff.signal);
    calledOff.abort();
    expect(await answer).toMatchObject({ kind: 'failed' });
    to.close();
  });

  test('where nobody listens, and to a name that nobody has, fails', async () => {
    const port = await listening(() => undefined);
    servers.pop()?.close();
    expect(await post(`http://127.0.0.1:${port}/`, { allowPrivate: true })).toEqual({ kind: 'failed', reason: 'unreachable', message: 'no connection (ECONNREFUSED)', retryAfterMs: null });
    const nobody = ((_name: string, _options: object, found: (error: Error) => void) => { found(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })); }) as unknown as typeof lookup;
    expect(await post('http://crm.example/', { resolve: nobody })).toMatchObject({ reason: 'unreachable', message: 'no connection (ENOTFOUND)' });
  });

  test('is over with the head of the answer, however long the rest is', async () => {
    const port = await listening((_request, response) => { response.writeHead(200).write('x'.repeat(1_000_000)); });
    expect(await post(`http://127.0.0.1:${port}/`, { allowPrivate: true })).toEqual({ kind: 'taken' });
  });
});

describe('an answer', () => {
  const now = Date.UTC(2026, 0, 1);
  test.each([
    [200, undefined, { kind: 'taken' }], [202, undefined, { kind: 'taken' }], [299, undefined, { kind: 'taken' }],
    [400, undefined, { kind: 'refused', reason: 'refused' }], [413, undefined, { kind: 'refused' }], [422, undefined, { kind: 'refused' }],
    [401, undefined, { kind: 'failed', reason: 'unauthorised' }], [403, undefined, { kind: 'failed', reason: 'unauthorised' }], [404, undefined, { kind: 'failed', reason: 'not_found' }], [410, undefined, { kind: 'failed', reason: 'not_found' }],
    [408, undefined, { kind: 'failed', reason: 'server_error' }], [409, undefined, { kind: 'failed', reason: 'server_error' }], [500, undefined, { kind: 'failed', reason: 'server_error', retryAfterMs: null }],
    [301, undefined, { kind: 'failed', reason: 'redirected' }], [0, undefined, { kind: 'failed', reason: 'server_error' }],
    [429, '7', { kind: 'failed', reason: 'throttled', retryAfterMs: 7_000 }], [503, 'Thu, 01 Jan 2026 00:01:00 GMT', { kind: 'failed', retryAfterMs: 60_000 }],
    [503, 'Wed, 31 Dec 2025 00:00:00 GMT', { kind: 'failed', retryAfterMs: 0 }], [503, 'soon', { kind: 'failed', retryAfterMs: null }],
  ] as const)('%i with Retry-After %s', (status, retryAfter, expected) => expect(answerOf(status, retryAfter, now)).toMatchObject(expected));
});
