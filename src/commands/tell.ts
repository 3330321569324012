import { writeFileSync } from 'node:fs';
import { quietTelemetry } from '../app/quiet-telemetry.js';
import { nowhere } from '../app/replay-output.js';
import { replay } from '../app/replay.js';
import { renderTellability, tellabilityJson } from '../app/report/tell.js';
import { createTellability, type TellabilityTally } from '../core/tellability/tellability.js';
import { CommandFault, configOrFault } from './context.js';
import { kafkaOrFault, tellingKafkaFaults } from './kafka.js';
import { mapsOrFault } from './named-input.js';
import { toldAsFault } from './replay.js';

export interface TellOptions {
  readonly map?: readonly string[];
  readonly fromKafka?: boolean;
  readonly json?: string;
}

/** `touchpoint tell DATA...` or `--from-kafka`: what the data can answer, of how many orders, and what is missing. */
export async function tell(named: readonly string[], options: TellOptions): Promise<void> {
  const tellability = createTellability();
  const refused = await (options.fromKafka === true ? fromKafka(named, options, tellability) : fromFiles(named, options, tellability));
  const result = tellability.result();
  if (options.json !== undefined) writeOrFault(options.json, tellabilityJson(result));
  process.stdout.write(renderTellability(result));
  if (refused > 0) process.stdout.write(`\n${refused} records were refused and are not in this; ${options.fromKafka === true ? 'dead-letters list' : 'replay'} says which and why.\n`);
}

/** Gives the number of records that were refused, as does `fromKafka`. */
async function fromFiles(named: readonly string[], { map }: TellOptions, tellability: TellabilityTally): Promise<number> {
  const config = configOrFault();
  const { maps, data: files } = await mapsOrFault(map, named);
  const { account } = await replay({ files, maps, asOf: null, covered: null }, {
    config, sink: nowhere, telemetry: quietTelemetry(() => undefined), wallClock: () => Date.now(), progress: () => undefined,
    measures: null,
    order: (assessment, facts) => { tellability.add(assessment, facts); },
  }).catch(toldAsFault);
  return [...account.reasons.values()].reduce((sum, { count }) => sum + count, 0);
}

async function fromKafka(named: readonly string[], { map }: TellOptions, tellability: TellabilityTally): Promise<number> {
  if (named.length > 0 || map !== undefined) throw new CommandFault('--from-kafka reads the source topics: name no files and no maps beside it', 2);
  const { config, client } = kafkaOrFault();
  const [{ openKafkaLaneLogs }, { topicNames }, { openSchemas }, { readOrders }] = await Promise.all([
    import('../adapters/kafka/lane-logs.js'), import('../app/kafka-ground.js'), import('../app/registry.js'), import('../app/tell-kafka.js'),
  ]);
  return tellingKafkaFaults(async () => {
    const logs = await openKafkaLaneLogs(client, topicNames(config));
    try {
      return await readOrders({ config, logs, schemas: openSchemas(config), now: () => Date.now(), order: (assessment, facts) => { tellability.add(assessment, facts); } });
    } finally {
      await logs.close();
    }
  });
}

function writeOrFault(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CommandFault(`--json ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}
