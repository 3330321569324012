import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from './local-process.js';
import { startLocalServer } from './local-server.js';
import { newDataFolder } from './places.js';
import { redisAnswers } from './readiness.js';
import { redisBinary } from './redis-binary.js';
import { persistenceOf, type RedisOptions, type Server } from './server.js';

/** Starts a Redis server with an append-only file. Throws Unavailable where no server binary can be had. */
export async function startLocalRedis(options: RedisOptions): Promise<Server> {
  const binary = await redisBinary();
  const data = options.folder === undefined ? newDataFolder('redis') : join(options.folder, 'redis');
  mkdirSync(data, { recursive: true });
  const [port = 0] = await freePorts(1);
  return startLocalServer({
    name: 'redis',
    ...binary,
    args: ['--bind', '127.0.0.1', '--port', String(port), '--dir', data, ...persistenceOf(options)],
    data,
    address: `127.0.0.1:${port}`,
    answers: redisAnswers,
    startTimeoutMs: 20_000,
  });
}
