import { startDockerKafka, startDockerRedis, startDockerRegistry } from './docker.js';
import { startLocalKafka } from './local-kafka.js';
import { startLocalRedis } from './local-redis.js';
import { startLocalRegistry } from './local-registry.js';
import { Unavailable, type KafkaOptions, type RedisOptions, type Server } from './server.js';

/** Ways to a server, the preferred one first; TOUCHPOINT_TEST_SERVICES_FROM=docker or =local allows that one alone. */
interface Ways {
  readonly docker: () => Promise<Server>;
  readonly local: () => Promise<Server>;
}

/** A new broker: in Docker where that works, else a local process. Throws with what to install. */
export function startKafka(options: KafkaOptions): Promise<Server> {
  return firstWay('Kafka', 'TOUCHPOINT_TEST_KAFKA_BROKERS', {
    docker: () => startDockerKafka(options),
    local: () => startLocalKafka(options),
  });
}

/** A new Redis server, found as the broker is. */
export function startRedis(options: RedisOptions): Promise<Server> {
  return firstWay('Redis', 'TOUCHPOINT_TEST_REDIS_URL', {
    docker: () => startDockerRedis(options),
    local: () => startLocalRedis(options),
  });
}

/** A new schema registry, found as the broker is. What is registered lives as long as its process. */
export function startRegistry(): Promise<Server> {
  return firstWay('schema registry', 'TOUCHPOINT_TEST_SCHEMA_REGISTRY_URL', { docker: startDockerRegistry, local: startLocalRegistry });
}

async function firstWay(what: string, variable: string, ways: Ways): Promise<Server> {
  const only = process.env['TOUCHPOINT_TEST_SERVICES_FROM'];
  const refusals: string[] = [];
  for (const [name, start] of [['docker', ways.docker], ['local', ways.local]] as const) {
    if (only !== undefined && only !== '' && only !== name) continue;
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      refusals.push(`  ${name}: ${error.message}`);
    }
  }
  throw new Error(`The tests need a real ${what} and found no way to one.\n${refusals.join('\n')}\nMend one of these, or name a running server in ${variable}.`);
}
