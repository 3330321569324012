import type { Logger } from 'pino';
import { adviceOnRights } from '../adapters/kafka/ask-admin.js';
import type { BrokerProbe } from '../adapters/kafka/broker-probe.js';
import { kafkaFaultText, kafkaFaultWords } from '../adapters/kafka/fault-words.js';
import type { RedisConnection } from '../adapters/redis/create-redis.js';
import { redisFaultWords } from '../adapters/redis/fault-words.js';
import type { KafkaEndpoint } from './config.js';
import { everySoOften } from './every-so-often.js';

/** Told of every fault of what the service stands on, and whenever that answers. */
export type OutageWatch = Required<Pick<RedisConnection, 'onTrouble' | 'onReady'>>;

/** Those of a process: of all its connections one to each is enough for the log. */
export interface OutageWatches {
  readonly redis: OutageWatch;
  readonly kafka: OutageWatch;
}

export const outageWatches = (logger: Logger, { brokers }: Pick<KafkaEndpoint, 'brokers'>, redisUrl: string): OutageWatches =>
  ({ redis: redisWatch(logger, redisUrl), kafka: kafkaWatch(logger, brokers) });

type Ticks = () => number;
const evenTicks: Ticks = () => performance.now();

/** Tells the log when Redis goes away, what that means, and when it is back: a fault comes with every attempt to connect. */
export function redisWatch(logger: Logger, redisUrl: string, ticks = evenTicks): OutageWatch {
  const { hostname, port } = new URL(redisUrl);
  return outageWatch(logger, {
    part: 'Redis', address: `${hostname}:${port === '' ? '6379' : port}`,
    how: () => 'is away', why: (error) => redisFaultWords(error) ?? error.message,
    meaning: () => 'nothing is processed until it answers; nothing is lost by that, and it goes on by itself',
  }, ticks);
}

/** The same of Kafka. */
export const kafkaWatch = (logger: Logger, brokers: readonly string[], ticks = evenTicks): OutageWatch => outageWatch(logger, {
  part: 'Kafka', address: brokers.join(', '),
  how: (error) => (kafkaFaultWords(error) === null ? 'cannot be used' : 'is away'), why: kafkaFaultText,
  meaning: ({ message }) => 'nothing is read and nothing is published until a broker answers, so alerts come late; nothing is lost by that, and all goes on by itself. '
    + (adviceOnRights(message) ?? 'Look at the brokers, and at the network to them'),
}, ticks);

/** How often the brokers are asked whether they answer, ms. */
const ASK_MS = 2_000;

/** Asks until it is stopped: of a connection that nobody uses, and of a broker that is silent, the client hears nothing for long. */
export function askBrokers(probe: BrokerProbe, watch: OutageWatch): { stop(): Promise<void> } {
  let stopped = false;
  const asking = everySoOften(ASK_MS, () => probe.ask().then(() => { watch.onReady(); }, (error: unknown) => {
    if (!stopped && error instanceof Error) watch.onTrouble(error);
  }));
  return {
    stop() {
      stopped = true;
      asking.stop();
      return probe.close();
    },
  };
}

interface Watched {
  readonly part: 'Redis' | 'Kafka';
  /** Without user and password. */
  readonly address: string;
  /** How it is, and why, in plain words. */
  readonly how: (error: Error) => string;
  readonly why: (error: Error) => string;
  /** What that means, and what to do. */
  readonly meaning: (error: Error) => string;
}

/** While it is away, that is told once in so long. */
const AGAIN_MS = 30_000;

function outageWatch(logger: Logger, { part, address, how, why, meaning }: Watched, ticks: Ticks): OutageWatch {
  const name = part.toLowerCase();
  let away: { readonly since: number; toldAt: number } | null = null;
  const seconds = (since: number): number => Math.round((ticks() - since) / 1_000);
  return {
    onTrouble(error) {
      const now = ticks();
      if (away !== null && now - away.toldAt < AGAIN_MS) return;
      const lasting = away === null ? '' : `, for ${seconds(away.since)} s now`;
      logger.warn({ event: `${name}.trouble`, [name]: address }, `${part} at ${address} ${how(error)}${lasting} (${reasonOf(error, why)}): ${meaning(error)}`);
      away = { since: away?.since ?? now, toldAt: now };
    },
    onReady() {
      if (away === null) return;
      logger.info({ event: `${name}.back`, [name]: address }, `${part} at ${address} answers again, after ${seconds(away.since)} s`);
      away = null;
    },
  };
}

/** Of a name with several addresses the fault holds one of each, and has no message. */
const reasonOf = (error: Error, why: (error: Error) => string): string => {
  const text = why(error);
  return text !== '' ? text : 'code' in error ? String(error.code) : error.name;
};
