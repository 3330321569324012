import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createRedis } from '../../src/adapters/redis/create-redis.js';
import type { RedisClient } from '../../src/adapters/redis/script.js';

/** Enough of a server to be connected to, and to refuse scripts. */
const answerTo = (command: string, refusal: string): string => (/^\*\d+\r\n\$\d+\r\nevalsha/i.test(command) ? `-${refusal}\r\n` : '+OK\r\n');

const served: { server: Server; sockets: Socket[]; client: RedisClient }[] = [];
afterEach(() => {
  for (const { server, sockets, client } of served.splice(0)) {
    client.disconnect();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

async function refusing(refusal: string): Promise<{ readonly server: Server; readonly client: RedisClient }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).on('data', (data) => {
      for (const command of data.toString().split(/(?=\*\d+\r\n)/)) socket.write(answerTo(command, refusal));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createRedis({ url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` });
  served.push({ server, sockets, client });
  await once(client, 'ready');
  return { server, client };
}

const REPLICA = "READONLY You can't write against a read only replica.";

test.each([
  ['to a command, and from 7.0 on to a script', REPLICA],
  ['to a script before 7.0', `ERR Error running script (call to f_4184957b2134fac5adaabfcd8f256cbffe0bdca9): @user_script:10: @user_script: 10: -${REPLICA}`],
])('a primary that became a replica is left for whoever has its address by now: as Redis answers %s', async (_, refusal) => {
  const { server, client } = await refusing(refusal);
  const again = once(server, 'connection', { signal: AbortSignal.timeout(10_000) });
  await expect(client.callBuffer('evalsha', ['0', 0])).rejects.toThrow('READONLY');
  await again;
});

test('what is refused for another reason is answered on the same connection', async () => {
  const { server, client } = await refusing('ERR no such thing as READONLY here');
  let connections = 0;
  server.on('connection', () => { connections += 1; });
  await expect(client.callBuffer('evalsha', ['0', 0])).rejects.toThrow('no such thing');
  await expect(client.callBuffer('evalsha', ['0', 0])).rejects.toThrow('no such thing');
  expect(connections).toBe(0);
});
