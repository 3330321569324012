import { askAdmin } from '../adapters/kafka/ask-admin.js';
import { checkTopics } from '../adapters/kafka/check-topics.js';
import { createTopics, DEFAULT_RETENTION, wantedTopics } from '../adapters/kafka/topics.js';
import { topicNames } from '../app/kafka-ground.js';
import { counted } from '../app/report/layout.js';
import { topicManifests } from '../app/topic-manifests.js';
import { CommandFault, configOrFault } from './context.js';
import { kafkaOrFault, tellingKafkaFaults } from './kafka.js';

export interface TopicsOptions {
  readonly create?: boolean;
  readonly print?: boolean;
  readonly cluster: string;
  readonly partitions: string;
  readonly replication?: string;
}

/** Losing one broker of three loses nothing; on fewer brokers there can't be more copies than brokers. */
const REPLICATION = 3;

/** `touchpoint topics [--create|--print]`: exit code 1 while the topics aren't as the service needs them. */
export async function topics(options: TopicsOptions): Promise<void> {
  const partitions = whole('--partitions', options.partitions);
  const replication = options.replication === undefined ? null : whole('--replication', options.replication);
  if (options.print === true) {
    if (!/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/.test(options.cluster)) throw new CommandFault(`--cluster ${options.cluster}: expected the name of a Kafka resource: small letters, digits, dots and -`, 2);
    const plan = { ...topicNames(configOrFault()), ...DEFAULT_RETENTION, partitions, replication: replication ?? REPLICATION };
    process.stdout.write(topicManifests(wantedTopics(plan), options.cluster));
    return;
  }
  const { config, client } = kafkaOrFault();
  const names = topicNames(config);
  await tellingKafkaFaults(() => askAdmin(client, async (admin) => {
    if (options.create === true) {
      const { brokers } = await admin.describeCluster();
      const { created, existing } = await createTopics(admin, {
        ...names, ...DEFAULT_RETENTION, partitions, replication: replication ?? Math.min(REPLICATION, brokers.length),
      });
      if (created.length > 0) process.stdout.write(`created with ${counted(partitions, 'partition')}: ${created.join(', ')}\n`);
      if (existing.length > 0) process.stdout.write(`there before, left as they are: ${existing.join(', ')}\n`);
    }
    const findings = await checkTopics(admin, names);
    if (findings.length > 0) throw new CommandFault(findings.join('\n'), 1);
    process.stdout.write('the topics are as the service needs them\n');
  }));
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10_000) throw new CommandFault(`${option} ${text}: expected a whole number from 1 to 10000`, 2);
  return value;
}
