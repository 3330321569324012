import type { CoverableSource } from '../contracts/names.js';
import type { Config } from '../app/config.js';
import { quietTelemetry } from '../app/quiet-telemetry.js';
import { nowhere } from '../app/replay-output.js';
import type { SeeOrder } from '../app/replay-orders.js';
import { replay } from '../app/replay.js';
import { CommandFault } from './context.js';
import { progressLine, toldAsFault } from './input-options.js';
import { kafkaOrFault, tellingKafkaFaults } from './kafka.js';
import { mapsOrFault } from './named-input.js';

export interface OrdersInput {
  /** Files, if not from Kafka. */
  readonly named: readonly string[];
  readonly map: readonly string[] | undefined;
  readonly fromKafka: boolean;
  /** The time reached at the end, ms; null: that of the latest event (of a lane's, from Kafka). */
  readonly asOf: number | null;
  /** null: those with an event in the files, or those of the configuration, from Kafka. */
  readonly covered: ReadonlySet<CoverableSource> | null;
  /** Waits while too much of what is written of the orders is in flight. */
  readonly drain?: () => Promise<void>;
}

/** Reads every order of files, or of the source topics from their beginnings, and judges each once. Gives the number of records that were refused. */
export const judgedOrders = (input: OrdersInput, config: Config, order: SeeOrder): Promise<number> =>
  (input.fromKafka ? fromKafka(input, config, order) : fromFiles(input, config, order));

async function fromFiles({ named, map, asOf, covered, drain = undisturbed }: OrdersInput, config: Config, order: SeeOrder): Promise<number> {
  const { maps, data: files } = await mapsOrFault(map, named);
  const progress = progressLine();
  const { account } = await replay({ files, maps, asOf, covered }, {
    config, sink: { ...nowhere, drain }, telemetry: quietTelemetry(() => undefined), wallClock: () => Date.now(), measures: null, order, progress,
  }).catch(toldAsFault);
  progress.clear();
  return [...account.reasons.values()].reduce((sum, { count }) => sum + count, 0);
}

async function fromKafka({ named, map, asOf, covered, drain = undisturbed }: OrdersInput, config: Config, order: SeeOrder): Promise<number> {
  if (named.length > 0 || map !== undefined) throw new CommandFault('--from-kafka reads the source topics: name no files and no maps beside it', 2);
  const { client } = kafkaOrFault(config);
  const [{ askAdmin }, { openKafkaLaneLogs }, { topicNames }, { openSchemas }, { readOrders }] = await Promise.all([
    import('../adapters/kafka/ask-admin.js'), import('../adapters/kafka/lane-logs.js'), import('../app/kafka-ground.js'), import('../app/registry.js'), import('../app/orders-in-topics.js'),
  ]);
  return tellingKafkaFaults(async () => {
    // That nobody answers is told sooner so, and with what to look at.
    await askAdmin(client, () => Promise.resolve());
    const logs = await openKafkaLaneLogs(client, topicNames(config));
    try {
      return await readOrders({ config, logs, schemas: openSchemas(config), now: () => Date.now(), asOf, covered, order, drain });
    } finally {
      await logs.close();
    }
  });
}

const undisturbed = (): Promise<void> => Promise.resolve();
