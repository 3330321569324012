import type { Admin } from 'kafkajs';
import type { KafkaClient } from './connection.js';
import { asError } from './faults.js';

/** No broker could be reached: a person should look at the addresses and the rights. */
export class KafkaUnreachable extends Error {
  override readonly name = 'KafkaUnreachable';
}

/** Asks over an admin connection of its own, which is closed again. Throws KafkaUnreachable when no broker answers. */
export async function askAdmin<T>(client: KafkaClient, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.kafka.admin({ retry: { retries: 2 } });
  try {
    await admin.connect();
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw new KafkaUnreachable(`Kafka does not answer: ${asError(error).message}. Check KAFKA_BROKERS, and KAFKA_SSL and KAFKA_SASL_* if the brokers want them.`);
  }
  try {
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}
