import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Certificates } from './certificates.js';
import { freePorts } from './local-process.js';
import { startLocalServer } from './local-server.js';
import { newDataFolder, repositoryRoot } from './places.js';
import { until } from './readiness.js';
import { redisBinary } from './redis-binary.js';
import type { Server } from './server.js';

/** Takes connections: a server that asks who is there answers no PING. */
const listens = (address: string): Promise<boolean> => new Promise((resolve) => {
  const [host = '', port = ''] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.once('connect', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => { resolve(false); });
});

/** A Redis with TLS, and the users of deploy/redis/users.acl; the clients' certificates are asked for. */
export async function startSecureRedis(certificates: Certificates, password: string): Promise<Server & { readonly url: string; readonly open: string }> {
  const binary = await redisBinary();
  const data = newDataFolder('redis');
  const [port = 0, tlsPort = 0] = await freePorts(2);
  const users = readFileSync(join(repositoryRoot, 'deploy', 'redis', 'users.acl'), 'utf8').split('\n').filter((line) => line.startsWith('user '));
  const acl = join(data, 'users.acl');
  writeFileSync(acl, `${users.join('\n').replaceAll('<SHA-256>', createHash('sha256').update(password).digest('hex'))}\nuser test on nopass ~* &* +@all\n`);
  const server = await startLocalServer({
    name: 'redis', ...binary, data, address: `127.0.0.1:${port}`, answers: listens, startTimeoutMs: 20_000,
    args: [
      '--bind', '127.0.0.1', '--port', String(port), '--tls-port', String(tlsPort), '--dir', data, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--aclfile', acl,
      '--tls-cert-file', certificates.server.cert, '--tls-key-file', certificates.server.key, '--tls-ca-cert-file', certificates.ca, '--tls-auth-clients', 'yes',
    ],
  });
  return { ...server, url: `rediss://touchpoint:${encodeURIComponent(password)}@127.0.0.1:${tlsPort}`, open: `redis://test:any@127.0.0.1:${port}` };
}

/** A Redis Cluster of three primaries. */
export async function startRedisCluster(): Promise<{ readonly url: string; readonly nodes: readonly Server[]; stop(): Promise<void> }> {
  const binary = await redisBinary();
  const nodes: Server[] = [];
  const stop = async (): Promise<void> => void await Promise.all(nodes.map((node) => node.stop()));
  try {
    for (let i = 0; i < 3; i++) {
      const data = newDataFolder('redis');
      const [port = 0] = await freePorts(1);
      // The bus between nodes takes the port 10,000 above, unless it is told otherwise.
      const [bus = 0] = await freePorts(1);
      nodes.push(await startLocalServer({
        name: 'redis', ...binary, data, address: `127.0.0.1:${port}`, answers: listens, startTimeoutMs: 20_000,
        args: ['--bind', '127.0.0.1', '--port', String(port), '--cluster-port', String(bus), '--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--dir', data, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
      }));
    }
    await joinCluster(nodes.map(({ address }) => address));
    return { url: `redis://${nodes[0]?.address ?? ''}`, nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const SLOTS = 16_384;

/** Lets the nodes know each other, and gives each a share of the slots. */
async function joinCluster(addresses: readonly string[]): Promise<void> {
  const clients = addresses.map((address) => new Redis(`redis://${address}`));
  try {
    const share = Math.ceil(SLOTS / clients.length);
    for (const [i, client] of clients.entries()) {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', i * share, Math.min(SLOTS, (i + 1) * share) - 1);
      const [host = '', port = ''] = (addresses[0] ?? '').split(':');
      if (i > 0) await client.call('CLUSTER', 'MEET', host, port, String(await busOf(clients[0])));
    }
    const joined = async (client: Redis): Promise<boolean> => /cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(await client.call('CLUSTER', 'INFO')));
    await until(async () => (await Promise.all(clients.map(joined))).every(Boolean), { what: 'waiting for the cluster', timeoutMs: 30_000 });
  } finally {
    for (const client of clients) client.disconnect();
  }
}

const busOf = async (client: Redis | undefined): Promise<number> => Number(((await client?.config('GET', 'cluster-port')) as string[])[1]);
