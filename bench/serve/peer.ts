import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import { topicNames } from '../../src/app/kafka-ground.js';
import { until } from '../../test/support/services/readiness.js';
import { atEnd } from './ending.js';
import type { Filled } from './fill.js';
import { freshName, type Installation } from './installation.js';
import type { Checkout } from './peer-checkout.js';
import { drainedOf, foundOf, lastJsonOf, type Drained } from './peer-output.js';
import { childRunning, peakBytesOf } from './processes.js';
import { startScript, type Ended } from './script.js';

/** The comparison bench, at work on the topics of an installation. */
export interface Peer {
  /** Fills them with so many orders of CX-1. */
  fill(orders: number): Promise<Filled>;
  /** Kafka Streams works them off from an empty state, as `Drained` tells, and leaves what it publishes. @throws where that is not what there is to be found */
  kafkaStreams(threads: number): Promise<Drained & { readonly rssBytes: number }>;
  /** What it takes a process to work them off, seen from outside as that of Kafka Streams is; to be called as the process starts. */
  drain(group: string, pid: number): Promise<Drained>;
  /** What was published and what there is to be found: how they differ, in words. */
  differences(published: { readonly derived: string; readonly dead: string }): Promise<readonly string[]>;
}

/** The class that Java runs. */
const JAVA_CLASS = 'bench.peer.Main';
const READY_MS = 30_000;
const LOOK_MS = 250;

/** Its topics, and groups that it left behind, go with the benchmark. */
export function openPeer(checkout: Checkout, { env, client, config, sources, partitions, folder }: Installation): Peer {
  const prefix = `${sources}-`;
  const expected = join(folder, 'expected.json');
  const filled = [...topicNames(config).sources.values()];
  atEnd(() => removeLeft(client, prefix, filled));

  const tool = async (script: string, ...args: readonly string[]): Promise<Ended> => (await startScript(process.execPath, [script, '--prefix', prefix, ...args], env)).ended;
  const differences: Peer['differences'] = async ({ derived, dead }) => foundOf(await tool(checkout.check, '--expect', expected, '--derived', derived, '--dead', dead));

  return {
    async fill(orders) {
      // Its producer tries nothing again, and a broker that has no group yet has to make the topic that they are kept in.
      await untilKafkaTells(client, freshName(), filled);
      const { records, bytes } = lastJsonOf(await tool(checkout.generate, '--orders', String(orders), '--partitions', String(partitions), '--expect', expected, '--keep-topics')) as { records: number; bytes: number };
      return { events: records, bytes: Math.round(bytes / records) };
    },
    async kafkaStreams(threads) {
      const script = await startScript('sh', [checkout.kafkaStreams], { ...env, PREFIX: prefix, THREADS: String(threads), GUARANTEE: 'exactly_once_v2', EXPECT: '', NODE: process.execPath });
      const rssBytes = await peakUntil(script.ended, () => childRunning(JAVA_CLASS, script.pid));
      const drained = drainedOf(await script.ended);
      const found = await differences({ derived: `${prefix}cx.events`, dead: `${prefix}cx.dead-letters` });
      if (found.length > 0) throw new Error(`what Kafka Streams published is wrong: ${found.join('; ')}`);
      return { ...drained, rssBytes };
    },
    async drain(group, pid) {
      await untilKafkaTells(client, group, filled);
      return drainedOf(await tool(checkout.drain, '--name', group, '--group', group, '--pid', String(pid), '--redis'));
    },
    differences,
  };
}

/** Until Kafka tells where topics end, and how far a group is: of either it says at first that it is not ready, which the comparison bench takes for a failure. */
async function untilKafkaTells(client: Installation['client'], groupId: string, topics: string[]): Promise<void> {
  const tells = (): Promise<boolean> => askAdmin(client, (admin) => Promise.all([...topics.map((topic) => admin.fetchTopicOffsets(topic)), admin.fetchOffsets({ groupId, topics })])).then(() => true, () => false);
  await until(tells, { what: 'waiting for topics and groups of Kafka', timeoutMs: READY_MS });
}

/** The most memory that a process holds until `ended`, bytes; it may start and end meanwhile. */
async function peakUntil(ended: Promise<unknown>, find: () => number | null): Promise<number> {
  let [pid, peak, running]: [number | null, number, boolean] = [null, 0, true];
  const end = ended.then(() => { running = false; });
  while (running) {
    pid ??= find();
    peak = Math.max(peak, peakBytesOf(pid) ?? 0);
    await Promise.race([end, pause(LOOK_MS)]);
  }
  return peak;
}

async function removeLeft(client: Installation['client'], prefix: string, kept: readonly string[]): Promise<void> {
  await askAdmin(client, async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix) && !kept.includes(topic));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    const { groups } = await admin.listGroups();
    // A member that was just killed may still be counted: then its group goes once that is noticed.
    for (const { groupId } of groups.filter((group) => group.groupId.startsWith(prefix))) await admin.deleteGroups([groupId]).catch(() => undefined);
  });
}
