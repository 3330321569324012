import { createWriteStream } from 'node:fs';
import type { ContainerRuntimeClient } from 'testcontainers';
import { KAFKA_SETTINGS } from './kafka-settings.js';
import { freePorts } from './local-process.js';
import { newLogFile } from './places.js';
import { kafkaAnswers, redisAnswers, registryAnswers, until } from './readiness.js';
import { Unavailable, type KafkaOptions, persistenceOf, type RedisOptions, type Server } from './server.js';

const KAFKA_IMAGE = 'apache/kafka:4.1.1';
const REDIS_IMAGE = 'redis:7.2';
const REGISTRY_IMAGE = 'apicurio/apicurio-registry-mem:2.6.13.Final';

interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly port: number;
  readonly command: string[] | null;
  readonly environment: (host: string, port: number) => Record<string, string>;
  readonly answers: (address: string) => Promise<boolean>;
}

/** Starts a broker in a container. Throws Unavailable where no Docker daemon answers or its image can't be had. */
export function startDockerKafka(options: KafkaOptions): Promise<Server> {
  return startContainer({
    name: 'kafka',
    image: KAFKA_IMAGE,
    port: 9092,
    command: null,
    environment: (host, port) => asEnvironment({
      ...KAFKA_SETTINGS,
      // The broker speaks to itself inside the container, where the published port isn't known.
      'listeners': 'PLAINTEXT://:9092,INTERNAL://:19092,CONTROLLER://:9093',
      'advertised.listeners': `PLAINTEXT://${host}:${port},INTERNAL://localhost:19092`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name': 'INTERNAL',
      'controller.quorum.voters': '1@localhost:9093',
      ...options.settings,
    }),
    answers: kafkaAnswers,
  });
}

/** Starts a Redis server with an append-only file in a container, as `startDockerKafka`. */
export function startDockerRedis(options: RedisOptions): Promise<Server> {
  return startContainer({
    name: 'redis',
    image: REDIS_IMAGE,
    port: 6379,
    command: ['redis-server', '--protected-mode', 'no', ...persistenceOf(options)],
    environment: () => ({}),
    answers: redisAnswers,
  });
}

/** Starts a schema registry that keeps all in its memory in a container, as `startDockerKafka`. */
export function startDockerRegistry(): Promise<Server> {
  return startContainer({ name: 'registry', image: REGISTRY_IMAGE, port: 8080, command: null, environment: () => ({}), answers: registryAnswers });
}

/** The image reads `a.b` from KAFKA_A_B. */
function asEnvironment(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]));
}

async function startContainer(plan: ContainerPlan): Promise<Server> {
  const { GenericContainer } = await import('testcontainers');
  const client = await dockerWith(plan.image);
  const host = client.info.containerRuntime.host;
  const [port = 0] = await freePorts(1);
  const address = `${host}:${port}`;
  const log = newLogFile(plan.name);
  const described = new GenericContainer(plan.image)
    .withEnvironment(plan.environment(host, port))
    .withExposedPorts({ container: plan.port, host: port })
    .withStartupTimeout(120_000)
    .withLogConsumer((stream) => stream.pipe(createWriteStream(log, { flags: 'a' })));
  const started = await (plan.command === null ? described : described.withCommand(plan.command)).start();
  const container = client.container.getById(started.getId());
  const ready = (): Promise<void> => until(() => plan.answers(address), { what: `waiting for ${plan.image}`, timeoutMs: 60_000 });
  const stop = async (): Promise<void> => void await container.remove({ force: true, v: true });
  try {
    await ready();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address,
    stop,
    start: async () => {
      await container.start();
      await ready();
    },
    kill: async () => void await container.kill(),
    freeze: async () => void await container.pause(),
    thaw: async () => void await container.unpause(),
  };
}

/** A client of a daemon that holds the image and can clean up after us. */
async function dockerWith(image: string): Promise<ContainerRuntimeClient> {
  const { getContainerRuntimeClient, getReaper, ImageName } = await import('testcontainers');
  try {
    const client = await getContainerRuntimeClient();
    const name = ImageName.fromString(image);
    if (!(await client.image.exists(name))) await client.image.pull(name);
    await getReaper(client);
    return client;
  } catch (error) {
    throw new Unavailable(error instanceof Error ? error.message : String(error));
  }
}
