import { createLogger } from '../adapters/telemetry/logger.js';
import type { KafkaClient } from '../adapters/kafka/connection.js';
import type { Config } from '../app/config.js';
import { askAdmin, KafkaUnreachable } from '../adapters/kafka/ask-admin.js';
import { checkTopics } from '../adapters/kafka/check-topics.js';
import { kafkaAwayText } from '../adapters/kafka/fault-words.js';
import { asError } from '../core/as-error.js';
import type { TopicNames } from '../adapters/kafka/topics.js';
import { kafkaClient } from '../app/kafka-ground.js';
import { CommandFault, configOrFault } from './context.js';

/** For commands that only talk to Kafka: the configuration and a client, or what is missing. */
export function kafkaOrFault(config = configOrFault()): { readonly config: Config; readonly client: KafkaClient } {
  if (config.kafka === null) throw new CommandFault('KAFKA_BROKERS is not set: name the brokers, such as KAFKA_BROKERS=127.0.0.1:9092', 2);
  const logger = createLogger({ level: config.logLevel === 'info' ? 'warn' : config.logLevel, pretty: process.stdout.isTTY });
  return { config, client: kafkaClient(config.kafka, logger) };
}

/** The number of partitions of the topics; says what is wrong with them (exit code 1). */
export const partitionsOrFault = (client: KafkaClient, names: TopicNames): Promise<number> => askAdmin(client, async (admin) => {
  const findings = await checkTopics(admin, names);
  if (findings.length > 0) throw new CommandFault(findings.join('\n'), 1);
  const { topics } = await admin.fetchTopicMetadata({ topics: [...names.sources.values()] });
  return topics[0]?.partitions.length ?? 0;
});

/** Faults of Kafka in words. */
export async function tellingKafkaFaults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KafkaUnreachable) throw new CommandFault(error.message, 1);
    if (error instanceof CommandFault) throw error;
    const fault = asError(error);
    throw new CommandFault(kafkaAwayText(fault) ?? `Kafka refused: ${fault.message}`, 1);
  }
}
