import type { Admin } from 'kafkajs';
import type { KafkaClient } from './connection.js';
import { kafkaFaultText, kafkaFaultWords } from './fault-words.js';
import { asError } from '../../core/as-error.js';
import { within } from './faults.js';

/** No broker could be reached: a person should look at the addresses and the rights. */
export class KafkaUnreachable extends Error {
  override readonly name = 'KafkaUnreachable';
}

/** What is wrong with how we come to the brokers, by what the client says of it; null: nothing that it tells. */
export function adviceOnRights(message: string): string | null {
  if (/certificate/i.test(message)) return 'Set KAFKA_SSL_CA_FILE to the certificate of the authority that signed those of the brokers, and KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE where they ask for one.';
  return /SASL/.test(message) ? 'Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.' : null;
}

/** Longer than it takes to pass over two brokers of which nothing is heard. */
const CONNECT_MS = 15_000;
const CLOSE_MS = 1_000;
/** Whoever looks at a start should know by then what it waits for. */
const TELL_AFTER_MS = 2_000;

/** Asks over an admin connection of its own, which is closed again. Throws KafkaUnreachable when no broker answers. */
export async function askAdmin<T>(client: KafkaClient, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const at = client.brokers.join(', ');
  const waiting = setTimeout(() => { client.log('info', `waiting for Kafka at ${at}, which has not answered yet`, {}); }, TELL_AFTER_MS);
  const admin = client.kafka.admin({ retry: { retries: 2 } });
  try {
    await within(CONNECT_MS, admin.connect()).catch((error: unknown) => { throw unreachable(at, asError(error)); });
    return await ask(admin).catch((error: unknown) => { throw kafkaFaultWords(asError(error)) === null ? error : unreachable(at, asError(error)); });
  } finally {
    clearTimeout(waiting);
    // A broker that is silent answers what was asked of it last neither.
    await within(CLOSE_MS, admin.disconnect()).catch(() => undefined);
  }
}

function unreachable(at: string, error: Error): KafkaUnreachable {
  const how = kafkaFaultWords(error) === null ? 'cannot be used' : 'does not answer';
  return new KafkaUnreachable(`Kafka at ${at} ${how}: ${kafkaFaultText(error)}. ${adviceOnRights(error.message) ?? 'Check KAFKA_BROKERS, and KAFKA_SSL and KAFKA_SASL_* if the brokers want them.'}`);
}
