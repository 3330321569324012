import { access } from 'node:fs/promises';
import { askAdmin } from '../adapters/kafka/ask-admin.js';
import { checkTopics } from '../adapters/kafka/check-topics.js';
import { type Produced, produceFiles } from '../adapters/kafka/produce.js';
import { topicNames } from '../app/kafka-ground.js';
import { topicOf } from '../contracts/sources.js';
import { PARTITIONERS } from '../pipeline/partitioner.js';
import { CommandFault } from './context.js';
import { kafkaOrFault, tellingKafkaFaults } from './kafka.js';

const PROGRESS_EVERY_MS = 1_000;

/** `touchpoint produce FILE...`: as fast as Kafka takes it, or `--rate` events a second. */
export async function produce(files: readonly string[], options: { readonly rate?: string }): Promise<void> {
  const rate = options.rate === undefined ? null : Number(options.rate);
  if (rate !== null && !(rate > 0)) throw new CommandFault(`--rate ${String(options.rate)}: expected events a second, more than 0`, 2);
  for (const file of files) {
    await access(file).catch((error: unknown) => { throw new CommandFault(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 2); });
  }
  const { config, client } = kafkaOrFault();
  const names = topicNames(config);
  const began = performance.now();
  const done = await tellingKafkaFaults(async () => {
    const partitions = await askAdmin(client, async (admin) => {
      const findings = await checkTopics(admin, names);
      if (findings.length > 0) throw new CommandFault(findings.join('\n'), 1);
      const { topics } = await admin.fetchTopicMetadata({ topics: [...names.sources.values()] });
      return topics[0]?.partitions.length ?? 0;
    });
    return produceFiles({
      client, files, sources: names.sources, topicOf, partitions, partitioner: PARTITIONERS[config.partitioner], rate, progress: tell(began),
    });
  });
  const seconds = (performance.now() - began) / 1_000;
  const perTopic = [...done.perTopic].map(([topic, count]) => `${topic} ${count.toLocaleString('en')}`).join(', ');
  process.stdout.write(`${done.lines.toLocaleString('en')} events acknowledged in ${seconds.toFixed(1)} s: ${perTopic}\n`);
  if (done.unplaced > 0) process.stdout.write(`${done.unplaced} lines name no known type: they are on ${names.sources.get('orders') ?? 'orders'} without a key, where the service puts them aside\n`);
}

function tell(began: number): (so: Produced) => void {
  let last = began;
  return ({ lines }) => {
    const now = performance.now();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    const rate = Math.round(lines / ((now - began) / 1_000));
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${lines.toLocaleString('en')} events, ${rate.toLocaleString('en')} a second${process.stderr.isTTY ? '\u001b[K' : '\n'}`);
  };
}
