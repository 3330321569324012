import { randomBytes } from 'node:crypto';
import { registryUrl } from './services/readiness.js';
import type { KafkaOptions, RedisOptions, Server } from './services/server.js';

export { promtool } from './services/prometheus-binary.js';
export type { KafkaOptions, RedisOptions, Server } from './services/server.js';

/**
 * The broker shared by all test files of this run, started when first asked for; or the one that
 * TOUCHPOINT_TEST_KAFKA_BROKERS names. Tests keep apart by names from `freshPrefix`. `stop` only says that the caller
 * is done: the run ends the broker.
 * @throws when no broker can be had, with what to install.
 */
export async function realKafka(): Promise<{ brokers: string[]; readonly stop: () => Promise<void> }> {
  const named = process.env['TOUCHPOINT_TEST_KAFKA_BROKERS'];
  const brokers = named === undefined || named === '' ? [await sharedAddress('kafka')] : named.split(',');
  return { brokers, stop: nothingToStop };
}

/**
 * The Redis server shared by all test files of this run, one for each `appendfsync`; or the one that
 * TOUCHPOINT_TEST_REDIS_URL names, with the setting that it has. `stop` as of `realKafka`.
 * @throws when no server can be had, with what to install.
 */
export async function realRedis(options: RedisOptions = {}): Promise<{ url: string; readonly stop: () => Promise<void> }> {
  const named = process.env['TOUCHPOINT_TEST_REDIS_URL'];
  if (named !== undefined && named !== '') return { url: named, stop: nothingToStop };
  return { url: `redis://${await sharedAddress(`redis/${options.appendfsync ?? 'everysec'}`)}`, stop: nothingToStop };
}

/**
 * The schema registry shared by all test files of this run; or the one whose base address TOUCHPOINT_TEST_SCHEMA_REGISTRY_URL
 * names. Tests keep apart by subjects from `freshPrefix`.
 * @throws when none can be had, with what to install.
 */
export async function realRegistry(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const named = process.env['TOUCHPOINT_TEST_SCHEMA_REGISTRY_URL'];
  return { url: named === undefined || named === '' ? registryUrl(await sharedAddress('registry')) : named, stop: nothingToStop };
}

/** A broker of this test's own, to kill, freeze or restart; the test stops it. Never one that the environment names. */
export async function ownKafka(options: KafkaOptions = {}): Promise<Server & { readonly brokers: string[] }> {
  const server = await ownServer('kafka', options);
  return { ...server, brokers: [server.address] };
}

/** A Redis server of this test's own, as `ownKafka`. Starts within some 50 ms: the way to an empty database. */
export async function ownRedis(options: RedisOptions = {}): Promise<Server & { readonly url: string }> {
  const server = await ownServer('redis', options);
  return { ...server, url: `redis://${server.address}` };
}

/** A schema registry of this test's own, as `ownKafka`. What was registered is lost when it's killed, not when it's frozen. */
export async function ownRegistry(): Promise<Server & { readonly url: string }> {
  const server = await ownServer('registry', {});
  return { ...server, url: registryUrl(server.address) };
}

/** A name that no other test has: for topics, groups and keys on servers that tests share. */
export function freshPrefix(label = 't'): string {
  return `${label}-${randomBytes(6).toString('hex')}`;
}

async function sharedAddress(name: string): Promise<string> {
  const { address } = await ask<{ address: string }>(`/shared/${name}`);
  return address;
}

async function ownServer(kind: string, options: KafkaOptions | RedisOptions): Promise<Server> {
  const { id, address } = await ask<{ id: string; address: string }>(`/own/${kind}`, options);
  const act = (action: string) => async (): Promise<void> => void await ask(`/${id}/${action}`);
  return { address, kill: act('kill'), start: act('start'), freeze: act('freeze'), thaw: act('thaw'), stop: act('stop') };
}

/** Asks the process that holds the servers; see services/service-host.ts. */
async function ask<Answer>(path: string, body: object = {}): Promise<Answer> {
  const host = process.env['TOUCHPOINT_TEST_SERVICE_HOST'];
  if (host === undefined) throw new Error('real services are there only in a jest run (its globalSetup offers them)');
  const response = await fetch(`${host}${path}`, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text) as Answer;
}

async function nothingToStop(): Promise<void> {
  // The service host ends shared servers after the last test file.
}
