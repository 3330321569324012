import { readFileSync } from 'node:fs';
import { createLogger } from '../adapters/telemetry/logger.js';
import { createTelemetry } from '../adapters/telemetry/telemetry.js';
import { type Config, loadConfig } from '../app/config.js';
import { embeddedGround } from '../app/embedded.js';
import type { Ground } from '../app/ground.js';
import { createRulebook, refusingEmpty } from '../app/rulebook.js';
import { type Service, startService } from '../app/service.js';
import { CommandFault, configOrFault, sinksOrFault } from './context.js';
import { jwksOrFault } from './jwks.js';
import { endingInTime, faultWords, portFault, stoppedInOrder, tellingUnfitGround } from './running.js';
import type { Logger } from 'pino';

/** `touchpoint serve`: runs until SIGTERM or SIGINT; SIGHUP has it read its rules, and the keys of JWTs, again. */
export async function serve(): Promise<void> {
  const config = configOrFault();
  const sinks = sinksOrFault(config);
  const logger = createLogger({ level: config.logLevel, pretty: process.stdout.isTTY });
  const telemetry = createTelemetry({ logger, faultWords });
  const rulebook = createRulebook({ config, telemetry, now: () => Date.now(), reread: () => loadConfig(process.env, refusingEmpty((path) => readFileSync(path, 'utf8'))) });
  const jwks = jwksOrFault(config, telemetry);
  process.on('SIGHUP', () => {
    rulebook.reload();
    jwks?.reread();
  });
  const ground = await openGround(config, logger);
  const untilStopped = stoppedInOrder(logger);
  let service: Service;
  try {
    service = await startService({ config, sinks, jwks, telemetry, ground, rulebook, failed: endingInTime(logger) });
  } catch (error) {
    await ground.close();
    telemetry.close();
    throw portFault(error, config) ?? error;
  }
  logger.info({ event: 'service.ready', url: service.url, laneThreads: service.laneThreads }, `Touchpoint listens on ${service.url} (pages /, API /v1/orders, docs /docs, metrics /metrics)`);
  if ('feed' in ground) {
    logger.info({ event: 'embedded' }, 'KAFKA_BROKERS and REDIS_URL are not set: everything is in memory, and a simulated shop supplies the events');
    (ground as ReturnType<typeof embeddedGround>).feed();
  }
  await untilStopped(service);
}

async function openGround(config: Config, logger: Logger): Promise<Ground> {
  const { kafka, redisUrl } = config;
  if (config.outputFormat !== 'json' && config.schemaRegistryUrl === null) {
    throw new CommandFault(`outputs.format is ${config.outputFormat} but SCHEMA_REGISTRY_URL is not set: name the registry, or set outputs.format to json`, 2);
  }
  if (kafka === null && redisUrl === null) return embeddedGround(config, 'touchpoint');
  if (kafka === null) throw new CommandFault('REDIS_URL is set but KAFKA_BROKERS is not: set both for the real service, or neither for the embedded one', 2);
  if (redisUrl === null) throw new CommandFault('KAFKA_BROKERS is set but REDIS_URL is not: the state of orders needs a Redis, such as REDIS_URL=redis://127.0.0.1:6379', 2);
  const { kafkaGround } = await import('../app/kafka-ground.js');
  return tellingUnfitGround(() => kafkaGround(config, kafka, redisUrl, logger));
}
