import kafkajs, { type Cluster, type Kafka, type KafkaConfig, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { ConnectionOptions } from 'node:tls';
import { calmTimers } from './calm-timers.js';
import { registerCodecs } from './compression.js';
import { askInOrder } from './fetch-request.js';
import { letGoOnce } from './let-go-once.js';
import { clientLog, type KafkaLog } from './log.js';
import { writeProduceRequests } from './produce-request.js';
import { keepRequestsInFlight } from './requests-in-flight.js';

export interface KafkaConnection {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** true: TLS with the system's authorities. */
  readonly ssl: boolean | ConnectionOptions;
  readonly sasl: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string } | null;
}

export interface KafkaClient {
  readonly kafka: Kafka;
  readonly log: KafkaLog;
  /** As they were named. */
  readonly brokers: readonly string[];
  /**
   * Brokers and the requests that they understand, on connections of its own: a broker answers the requests of one
   * connection one after another, so what may wait long (joining, fetching) must not stand before what may not.
   * @param retry where other than usual
   */
  cluster(purpose: string, retry?: Pick<RetryOptions, 'retries'>): Cluster;
}

/** Opens nothing yet: each part connects when it is started. */
export const createKafkaClient = (connection: KafkaConnection, log: KafkaLog): KafkaClient => {
  calmTimers();
  keepRequestsInFlight();
  letGoOnce();
  registerCodecs();
  writeProduceRequests();
  askInOrder();
  const config = clientConfig(connection, log);
  const kafka = new kafkajs.Kafka(config);
  return {
    kafka, log, brokers: connection.brokers,
    // The client has one way to try again for all clusters that it makes.
    cluster: (purpose, retry) => clusterOf(retry === undefined ? kafka : new kafkajs.Kafka({ ...config, retry: { ...config.retry, ...retry } }), purpose),
  };
};

const clientConfig = ({ brokers, clientId, ssl, sasl }: KafkaConnection, log: KafkaLog): KafkaConfig => ({
  brokers: [...brokers],
  clientId,
  ssl,
  ...(sasl === null ? {} : { sasl: saslOptions(sasl) }),
  connectionTimeout: 5_000,
  requestTimeout: 30_000,
  retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 6 },
  logLevel: kafkajs.logLevel.WARN,
  logCreator: clientLog(log),
});

const saslOptions = ({ mechanism, username, password }: NonNullable<KafkaConnection['sasl']>): SASLOptions =>
  mechanism === 'plain' ? { mechanism, username, password }
    : mechanism === 'scram-sha-256' ? { mechanism, username, password }
      : { mechanism, username, password };

/**
 * The client hands its cluster to assigners, which is the only public way to it. The consumer made for that is never
 * run and joins no group. Reading uncommitted means here: `end` is the high watermark; fetches say their own isolation.
 */
const clusterOf = (kafka: Kafka, purpose: string): Cluster => {
  let found: Cluster | null = null;
  kafka.consumer({
    groupId: purpose,
    readUncommitted: true,
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
    partitionAssigners: [({ cluster }) => {
      found = cluster;
      return {
        name: purpose,
        version: 0,
        protocol: () => ({ name: purpose, metadata: Buffer.alloc(0) }),
        assign: () => Promise.resolve([]),
      };
    }],
  });
  if (found === null) throw new Error('The Kafka client gave no access to its cluster: version 2.2.4 is needed');
  return found;
};
