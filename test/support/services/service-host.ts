import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { KafkaOptions, RedisOptions, Server } from './server.js';
import { startKafka, startRedis, startRegistry } from './sources.js';

/**
 * Jest runs test files in processes of their own, while a broker is too slow to start for each, and a test that fails
 * may leave its servers behind: so the main process starts every server, when one is first asked for over HTTP, and
 * ends all of them when the run is over.
 *
 *     POST /shared/kafka, /shared/registry, /shared/redis/{everysec|always}   one for all: {"address"}
 *     POST /own/kafka, /own/redis, /own/registry   one for the caller, by the options in the body: {"address", "id"}
 *     POST /{id}/{kill|start|freeze|thaw|stop}   acts on one of those
 */
export interface ServiceHost {
  readonly url: string;
  stop(): Promise<void>;
}

interface Started {
  readonly shared: Map<string, Promise<Server>>;
  readonly own: Map<string, Server>;
}

export async function startServiceHost(): Promise<ServiceHost> {
  const started: Started = { shared: new Map(), own: new Map() };
  const http = createServer((request, response) => {
    answer(request, started).then(
      (body) => response.end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(503).end(error instanceof Error ? error.message : String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the service host has no port');
  return { url: `http://127.0.0.1:${address.port}`, stop: () => stopAll(http, started) };
}

async function answer(request: IncomingMessage, started: Started): Promise<object> {
  const [place = '', ...rest] = (request.url ?? '').slice(1).split('/');
  const name = rest.join('/');
  if (place === 'shared') return { address: (await sharedServer(name, started)).address };
  if (place === 'own') return ownServer(name, JSON.parse(await bodyOf(request)) as object, started);
  const server = started.own.get(place);
  const act = server === undefined ? undefined : ACTIONS.get(name);
  if (server === undefined || act === undefined) throw new Error(`no such server or action: ${place} ${name}`);
  if (name === 'stop') started.own.delete(place);
  await act(server);
  return {};
}

const ACTIONS: ReadonlyMap<string, (server: Server) => Promise<void>> = new Map([
  ['kill', (server: Server) => server.kill()],
  ['start', (server: Server) => server.start()],
  ['freeze', (server: Server) => server.freeze()],
  ['thaw', (server: Server) => server.thaw()],
  ['stop', (server: Server) => server.stop()],
]);

const SHARED: ReadonlyMap<string, () => Promise<Server>> = new Map([
  ['kafka', () => startKafka({})],
  ['registry', () => startRegistry()],
  ['redis/everysec', () => startRedis({ appendfsync: 'everysec' })],
  ['redis/always', () => startRedis({ appendfsync: 'always' })],
]);

function sharedServer(name: string, { shared }: Started): Promise<Server> {
  const known = shared.get(name);
  if (known !== undefined) return known;
  const start = SHARED.get(name);
  if (start === undefined) return Promise.reject(new Error(`no such server: ${name}`));
  const server = start();
  shared.set(name, server);
  return server;
}

async function ownServer(name: string, options: KafkaOptions & RedisOptions, { own }: Started): Promise<object> {
  const server = name === 'kafka' ? await startKafka(options) : name === 'registry' ? await startRegistry() : await startRedis(options);
  const id = randomUUID();
  own.set(id, server);
  return { id, address: server.address };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

async function stopAll(http: HttpServer, { shared, own }: Started): Promise<void> {
  http.close();
  http.closeAllConnections();
  const sharedOnes = await Promise.allSettled(shared.values());
  const servers = [...own.values(), ...sharedOnes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))];
  const ends = await Promise.allSettled(servers.map((server) => server.stop()));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
