import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../test/support/services/places.js';
import { startKafka, startRedis } from '../../test/support/services/sources.js';
import { atEnd, say } from './ending.js';
import { childRunning, cpuSecondsOf } from './processes.js';

/** The Kafka and Redis that are measured with: those that the environment names, else new ones, which end with the benchmark. */
export interface Servers {
  /** KAFKA_BROKERS and REDIS_URL beside what else the environment says. */
  readonly env: NodeJS.ProcessEnv;
  readonly kafka: string;
  /** CPU seconds of the broker so far; null: it is not ours, so nobody tells. */
  brokerCpu(): number | null;
}

/** Long runs are worth what Java spends on compiling well, other than tests are. */
const JVM = ['-Xmx1g', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];

/** @throws where a server is neither named nor can be started, with what to install */
export async function openServers(): Promise<Servers> {
  const brokers = process.env['KAFKA_BROKERS'] || await ownBroker();
  const redis = await redisAddress();
  const pid = childRunning('kafka.Kafka');
  return {
    env: { ...process.env, KAFKA_BROKERS: brokers, REDIS_URL: redis },
    kafka: pid === null ? 'Kafka as named' : `Kafka ${kafkaVersion()}, one broker`,
    brokerCpu: () => cpuSecondsOf(pid),
  };
}

/** Of the Redis that the environment names, else of a new one, which ends with the benchmark. @throws as `openServers` */
export const redisAddress = async (): Promise<string> => process.env['REDIS_URL'] || ownRedis();

async function ownBroker(): Promise<string> {
  say('starting Kafka');
  beLocal();
  const server = await startKafka({ jvm: JVM });
  atEnd(() => server.stop());
  return server.address;
}

async function ownRedis(): Promise<string> {
  say('starting Redis, appendfsync always');
  beLocal();
  // As docs/operations.md has it.
  const server = await startRedis({ appendfsync: 'always', rewriteFrom: '1gb' });
  atEnd(() => server.stop());
  return `redis://${server.address}`;
}

/** In containers the broker's CPU time couldn't be told, and the network between would be measured too. */
function beLocal(): void {
  process.env['TOUCHPOINT_TEST_SERVICES_FROM'] ??= 'local';
}

function kafkaVersion(): string {
  const pom = readFileSync(join(repositoryRoot, 'deploy', 'test-kafka', 'pom.xml'), 'utf8');
  return /<artifactId>kafka_[\d.]+<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1] ?? '';
}
