import { once } from 'node:events';
import type { Cluster, Redis } from 'ioredis';
import { keyNames } from './keys.js';
import type { RedisClient } from './script.js';

/** What an operator should know of a Redis before orders are entrusted to it; an error keeps the service from starting. */
export interface RedisFinding {
  readonly level: 'error' | 'warning';
  /** What is wrong at which server, and what to do. */
  readonly message: string;
}

const OLDEST = [6, 2] as const;

/** How long a cluster may take to be found. */
const CLUSTER_WAIT_MS = 10_000;

/** Facts of one server: INFO's lines, and the settings that INFO doesn't tell; null where CONFIG isn't permitted. */
interface ServerFacts {
  readonly info: ReadonlyMap<string, string>;
  readonly settings: { readonly save: string; readonly appendfsync: string } | null;
}

const readInfo = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(/\r?\n/).flatMap((line) => (line.includes(':') ? [[line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const] : [])));

const readSettings = async (server: Redis): Promise<ServerFacts['settings']> => {
  try {
    const setting = async (name: string): Promise<string> => (await server.config('GET', name))[1] ?? '';
    return { save: await setting('save'), appendfsync: await setting('appendfsync') };
  } catch {
    // Hosted Redis often forbids CONFIG; what can't be told is warned of below.
    return null;
  }
};

const error = (message: string): RedisFinding => ({ level: 'error', message });
const warning = (message: string): RedisFinding => ({ level: 'warning', message });

const checkVersion = (at: string, { info }: ServerFacts): RedisFinding[] => {
  const version = info.get('redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return [];
  return [error(`Redis at ${at} is version ${version}; ${OLDEST.join('.')} or newer is needed`)];
};

const checkRole = (at: string, { info }: ServerFacts): RedisFinding[] =>
  info.get('role') === 'slave' ? [error(`Redis at ${at} is a replica and takes no writes; let REDIS_URL point at the primary`)] : [];

const checkEviction = (at: string, { info }: ServerFacts): RedisFinding[] => {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (Number(info.get('maxmemory') ?? 0) === 0 || policy === 'noeviction') return [];
  return [
    error(`Redis at ${at} throws keys away when its memory is full (maxmemory-policy ${policy}), and orders with them; set maxmemory-policy to noeviction`),
  ];
};

const checkPersistence = (at: string, { info, settings }: ServerFacts): RedisFinding[] => {
  if (info.get('aof_enabled') === '1') {
    if (settings === null || settings.appendfsync === 'always') return [];
    const lost = settings.appendfsync === 'no' ? 'some 30 seconds' : 'a second';
    return [
      warning(
        `Redis at ${at} may lose up to ${lost} of changes when its machine fails (appendfsync ${settings.appendfsync}); ` +
          'the lanes then read the records again and say nothing twice; appendfsync always avoids it',
      ),
    ];
  }
  if (settings === null) return [warning(`Redis at ${at} doesn't tell whether it saves snapshots, and keeps no append-only file; make sure that its data survives a restart`)];
  if (settings.save === '') return [error(`Redis at ${at} keeps everything in memory only and forgets all orders when it restarts; set appendonly yes`)];
  return [warning(`Redis at ${at} saves snapshots only and loses minutes of changes when it fails; set appendonly yes`)];
};

/** Why it can't be reached: the connection's own fault says more than the call's timeout. */
const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message !== '' ? cause.message : 'code' in cause ? String(cause.code) : cause.name;
};

/** Calls `ask`; where it fails, says so with the latest fault of the connection. */
const orUnreachable = async (client: RedisClient, who: string, ask: () => Promise<RedisFinding[]>): Promise<RedisFinding[]> => {
  const faults: Error[] = [];
  const note = (fault: Error): void => {
    faults.push(fault);
  };
  client.on('error', note);
  try {
    return await ask();
  } catch (cause) {
    const reason = reasonOf(faults.at(-1) ?? cause);
    const tls = /certificate|ssl|tls/i.test(reason) ? ', and REDIS_TLS_CA_FILE, REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE' : '';
    return [error(`${who} can't be reached (${reason}); check REDIS_URL, its user and password${tls}, and that Redis runs`)];
  } finally {
    client.off('error', note);
  }
};

const checkServer = (server: Redis): Promise<RedisFinding[]> => {
  const at = `${String(server.options.host)}:${String(server.options.port)}`;
  return orUnreachable(server, `Redis at ${at}`, async () => {
    const facts: ServerFacts = { info: readInfo(await server.info()), settings: await readSettings(server) };
    return [checkVersion, checkRole, checkEviction, checkPersistence].flatMap((check) => check(at, facts));
  });
};

const isCluster = (client: RedisClient): client is Cluster => client.isCluster;

/** A single server may be called at once; a cluster once it was found, for which this waits. @throws when it isn't found in time */
export async function whenFound(client: RedisClient): Promise<void> {
  if (isCluster(client) && client.status !== 'ready') await once(client, 'ready', { signal: AbortSignal.timeout(CLUSTER_WAIT_MS) });
}

/** Does it serve data under this prefix at present? Of a cluster every primary has to answer, and all of its slots have to be served. */
export async function servesData(client: RedisClient, prefix: string): Promise<boolean> {
  try {
    if (isCluster(client)) await Promise.all(client.nodes('master').map((node) => node.ping()));
    // A cluster that lacks slots answers a PING, and no question. A key of ours: others may be out of reach.
    await client.get(keyNames(prefix).clock);
    return true;
  } catch {
    return false;
  }
}

/** Looks for what would lose orders or keep us from working: on every primary of a cluster, or on the one server. */
export const checkRedis = async (client: RedisClient): Promise<readonly RedisFinding[]> => {
  if (!isCluster(client)) return checkServer(client);
  return orUnreachable(client, 'the Redis Cluster', async () => {
    await whenFound(client);
    return (await Promise.all(client.nodes('master').map(checkServer))).flat();
  });
};
