import type { Admin } from 'kafkajs';
import type { KafkaClient } from './connection.js';
import { asError } from './faults.js';

/** No broker could be reached: a person should look at the addresses and the rights. */
export class KafkaUnreachable extends Error {
  override readonly name = 'KafkaUnreachable';
}

/** What to look at, by what the client says of its failure. */
function adviceOn(message: string): string {
  if (/certificate/i.test(message)) return 'Set KAFKA_SSL_CA_FILE to the certificate of the authority that signed those of the brokers, and KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE where they ask for one.';
  if (/SASL/.test(message)) return 'Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.';
  return 'Check KAFKA_BROKERS, and KAFKA_SSL and KAFKA_SASL_* if the brokers want them.';
}

/** Asks over an admin connection of its own, which is closed again. Throws KafkaUnreachable when no broker answers. */
export async function askAdmin<T>(client: KafkaClient, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.kafka.admin({ retry: { retries: 2 } });
  try {
    await admin.connect();
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    const { message } = asError(error);
    throw new KafkaUnreachable(`Kafka does not answer: ${message}. ${adviceOn(message)}`);
  }
  try {
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}
