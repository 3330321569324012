import { createIntakeTelemetry } from '../adapters/telemetry/intake-telemetry.js';
import { createLogger } from '../adapters/telemetry/logger.js';
import type { Config } from '../app/config.js';
import { intakeGround } from '../app/intake-ground.js';
import { type IntakeService, startIntake, withTables } from '../app/intake-service.js';
import { DataFault } from '../app/maps/data-files.js';
import { topicOf } from '../contracts/sources.js';
import type { CompiledMap } from '../pipeline/maps/compile-map.js';
import type { MapWithTables } from '../pipeline/mapping/mapping.js';
import { CommandFault, configOrFault } from './context.js';
import { mapsAndDataOrFault } from './named-input.js';
import { endingInTime, faultWords, portFault, stoppedInOrder, tellingUnfitGround } from './running.js';

/** `touchpoint intake --map FILE... [DATA...]`: runs until SIGTERM or SIGINT. */
export async function intake(named: readonly string[], options: { readonly map?: readonly string[] }): Promise<void> {
  const config = configOrFault();
  const { maps, data } = await mapsAndDataOrFault(options.map, named);
  const { kafka, redisUrl } = config;
  const inputs = inputsOrFault(maps, config);
  if (kafka === null) throw new CommandFault('KAFKA_BROKERS is not set: name the brokers whose topics the maps read, such as KAFKA_BROKERS=127.0.0.1:9092', 2);
  if (redisUrl === null) throw new CommandFault('REDIS_URL is not set: links and rows are remembered in a Redis, such as REDIS_URL=redis://127.0.0.1:6379', 2);
  const tables = await tablesOrFault(maps, data);
  const logger = createLogger({ level: config.logLevel, pretty: process.stdout.isTTY });
  const telemetry = createIntakeTelemetry({ logger, faultWords });
  const ground = await tellingUnfitGround(() => intakeGround(config, kafka, redisUrl, inputs, logger));
  const untilStopped = stoppedInOrder(logger);
  let service: IntakeService;
  try {
    service = await startIntake({ config, maps: tables, telemetry, ground, failed: endingInTime(logger) });
  } catch (error) {
    await ground.close();
    throw portFault(error, config) ?? error;
  }
  logger.info({ event: 'service.ready', url: service.url }, `the intake reads ${inputs.join(', ')} (health and metrics on ${service.url})`);
  await untilStopped(service);
}

/** The topics that these maps read; says what keeps the maps from being worked on Kafka (exit code 2). */
function inputsOrFault(maps: readonly CompiledMap[], config: Config): readonly string[] {
  const faults = maps.flatMap(({ definition: { name, input, events } }) => [
    ...(input.topics.length === 0 ? [`map ${name} names no topics: say in input.topics where its records come from`] : []),
    ...(input.format === 'avro' && config.schemaRegistryUrl === null ? [`map ${name} reads Avro: set SCHEMA_REGISTRY_URL`] : []),
    ...[...new Set(events.map(({ type }) => topicOf(type)))].flatMap((topic) => (topic === null || config.topics.subscribed.includes(topic) ? []
      : [`map ${name} gives events of ${topic}, which topics.optional of the configuration leaves out`])),
  ]);
  if (faults.length > 0) throw new CommandFault(`The maps cannot be worked here:\n${faults.map((fault) => `- ${fault}`).join('\n')}`, 2);
  return [...new Set(maps.flatMap(({ definition }) => definition.input.topics))];
}

async function tablesOrFault(maps: readonly CompiledMap[], data: readonly string[]): Promise<readonly MapWithTables[]> {
  try {
    return await withTables(maps, data);
  } catch (error) {
    throw error instanceof DataFault ? new CommandFault(error.message, 2) : error;
  }
}
