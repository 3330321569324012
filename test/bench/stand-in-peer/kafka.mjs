// What `npm run bench:peers` calls of the comparison bench, as short as a test needs it: a few orders instead of CX-1, and a program that
// makes topics instead of Kafka Streams. `peers.test.ts` copies it, and adds what Maven would have built.
import { Kafka, logLevel } from 'kafkajs';

const TOPICS = ['orders', 'logistics', 'billing', 'notifications'];

/** What follows an option of the command line. */
export const option = (name) => process.argv[process.argv.indexOf(`--${name}`) + 1];

export const client = new Kafka({ clientId: 'stand-in', brokers: process.env.KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING });

export const sourceTopics = (prefix) => TOPICS.map((topic) => prefix + topic);

export async function withAdmin(work) {
  const admin = client.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
