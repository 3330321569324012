import { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './script.js';

export interface RedisConnection {
  /** `redis://` or, with TLS, `rediss://`, with user, password and database number as usual. */
  readonly url: string;
  /** With TLS: authorities that are trusted in place of the known ones, and what we show of ourselves; PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** The URL names a node of a Redis Cluster; the rest of it is found from there. */
  readonly cluster?: boolean;
  /** Shown by CLIENT LIST. */
  readonly name?: string;
  /** How long one call may take before it rejects, connecting and reconnecting included; ms, default 10,000. */
  readonly callTimeoutMs?: number;
  /** Told of every fault of the connection; it goes on trying by itself. */
  readonly onTrouble?: (error: Error) => void;
  /** Told whenever it is connected, or connected anew. */
  readonly onReady?: () => void;
}

const CALL_TIMEOUT_MS = 10_000;

/**
 * Settings of one connection. Nothing waits without end: a call rejects after `callTimeoutMs`, whatever happened to it,
 * and the caller decides. It may have been carried out all the same, or may yet be: after a reconnect what was
 * unanswered is sent again. Every call of the lane store bears that: commits by their version, the rest by their token.
 */
const settings = (connection: RedisConnection) => {
  const callTimeoutMs = connection.callTimeoutMs ?? CALL_TIMEOUT_MS;
  return {
    // Measured: replies are read faster than in RESP3.
    protocol: 2 as const,
    connectionName: connection.name ?? 'touchpoint',
    connectTimeout: callTimeoutMs / 2,
    commandTimeout: callTimeoutMs,
    // A peer that vanished without a word is given up, and a new connection made, while the call still waits.
    socketTimeout: callTimeoutMs / 2,
    keepAlive: 10_000,
    // How long ending a connection may keep the process from stopping.
    disconnectTimeout: 250,
    // While Redis is away, every so many attempts throw away what waits to be sent: in a long outage the caller's own
    // repeats would pile up there.
    maxRetriesPerRequest: 5,
    retryStrategy: (attempt: number) => Math.min(attempt * 100, 1_000),
    // A primary that became a replica refuses to write until we connect anew, to wherever the address points by now. Before 7.0
    // what a script met stands within an error of its own.
    reconnectOnError: (error: Error) => /(^|-)READONLY /.test(error.message),
  };
};

/**
 * Connects, and keeps connecting when the connection is lost. A single server may be called at once; a cluster rejects
 * calls until it was found, for which `whenFound` waits (check-redis.ts).
 * @throws TypeError when the URL isn't one of Redis
 */
export const createRedis = (connection: RedisConnection): RedisClient => {
  const url = parse(connection.url);
  const tls = url.protocol === 'rediss:' ? { tls: { ...connection.tls } } : {};
  const options = { ...settings(connection), ...tls };
  const client = connection.cluster === true ? connectCluster(url, options) : new Redis(connection.url, options);
  // Without a listener every failed attempt to connect would be printed as unhandled.
  client.on('error', (error: Error) => connection.onTrouble?.(error));
  client.on('ready', () => connection.onReady?.());
  return client;
};

const connectCluster = (url: URL, options: ReturnType<typeof settings>): Cluster => {
  const username = url.username === '' ? {} : { username: decodeURIComponent(url.username) };
  const password = url.password === '' ? {} : { password: decodeURIComponent(url.password) };
  const { retryStrategy, ...redisOptions } = options;
  return new Cluster([{ host: url.hostname, port: Number(url.port || 6379) }], {
    redisOptions: { ...redisOptions, ...username, ...password },
    clusterRetryStrategy: retryStrategy,
    // What waits for a whole cluster has no time limit in this client: better to reject at once, the caller tries again.
    enableOfflineQueue: false,
    // Certificates are made out to names: with TLS the nodes are addressed as the cluster names them.
    ...(url.protocol === 'rediss:' ? { dnsLookup: (address: string, done: (error: null, found: string) => void) => { done(null, address); } } : {}),
  });
};

const parse = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== '') return url;
  throw new TypeError('a Redis URL looks like redis://host:6379 or rediss://user:password@host:6379/0');
};
