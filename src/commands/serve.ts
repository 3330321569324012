import { createLogger } from '../adapters/telemetry/logger.js';
import { createTelemetry } from '../adapters/telemetry/telemetry.js';
import type { Config } from '../app/config.js';
import { embeddedGround } from '../app/embedded.js';
import { type Ground, GroundUnfit } from '../app/ground.js';
import { type Service, startService } from '../app/service.js';
import { CommandFault, configOrFault } from './context.js';
import type { Logger } from 'pino';

/** How long an orderly stop may take before the process ends as it is: what is committed is safe either way; ms. */
const STOP_WITHIN_MS = 10_000;

/** How long connections may take to close by themselves after an orderly stop; ms. */
const LINGER_MS = 500;

/** `touchpoint serve`: runs until SIGTERM or SIGINT. */
export async function serve(): Promise<void> {
  const config = configOrFault();
  const logger = createLogger({ level: config.logLevel, pretty: process.stdout.isTTY });
  const telemetry = createTelemetry({ logger });
  const ground = await openGround(config, logger);
  let service: Service;
  try {
    service = await startService({ config, telemetry, ground, failed: (error) => { end(error, logger); } });
  } catch (error) {
    await ground.close();
    throw portFault(error, config) ?? error;
  }
  logger.info({ event: 'service.ready', url: service.url }, `Touchpoint listens on ${service.url} (pages /, API /v1/orders, docs /docs, metrics /metrics)`);
  if ('feed' in ground) {
    logger.info({ event: 'embedded' }, 'KAFKA_BROKERS and REDIS_URL are not set: everything is in memory, and a simulated shop supplies the events');
    (ground as ReturnType<typeof embeddedGround>).feed();
  }
  await stopSignal();
  logger.info({ event: 'service.stopping' }, 'stopping: finishing the steps under way');
  const timer = setTimeout(() => { end(new Error(`the stop took longer than ${STOP_WITHIN_MS} ms`), logger); }, STOP_WITHIN_MS);
  await service.stop();
  clearTimeout(timer);
  logger.info({ event: 'service.stopped' }, 'stopped; everything is committed');
  // Clients may keep timers of retries that nobody waits for any more.
  setTimeout(() => { process.exit(); }, LINGER_MS).unref();
}

/** The usual reason why HTTP cannot listen, in words. */
function portFault(error: unknown, { http }: Config): CommandFault | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') return new CommandFault(`Port ${http.port} of ${http.host} is taken by another program: set HTTP_PORT to a free one, or to 0 for any`, 1);
  return code === 'EADDRNOTAVAIL' || code === 'EACCES' ? new CommandFault(`HTTP cannot listen on ${http.host}, port ${http.port} (${code}): check HTTP_HOST and HTTP_PORT`, 1) : null;
}

async function openGround(config: Config, logger: Logger): Promise<Ground> {
  const { kafka, redisUrl } = config;
  if (config.outputFormat !== 'json' && config.schemaRegistryUrl === null) {
    throw new CommandFault(`outputs.format is ${config.outputFormat} but SCHEMA_REGISTRY_URL is not set: name the registry, or set outputs.format to json`, 2);
  }
  if (kafka === null && redisUrl === null) return embeddedGround(config, 'touchpoint');
  if (kafka === null) throw new CommandFault('REDIS_URL is set but KAFKA_BROKERS is not: set both for the real service, or neither for the embedded one', 2);
  if (redisUrl === null) throw new CommandFault('KAFKA_BROKERS is set but REDIS_URL is not: the state of orders needs a Redis, such as REDIS_URL=redis://127.0.0.1:6379', 2);
  try {
    const { kafkaGround } = await import('../app/kafka-ground.js');
    return await kafkaGround(config, kafka, redisUrl, logger);
  } catch (error) {
    if (error instanceof GroundUnfit) throw new CommandFault(`Touchpoint cannot start here:\n${error.findings.map((f) => `- ${f}`).join('\n')}`, 1);
    if (error instanceof Error && error.name === 'KafkaUnreachable') throw new CommandFault(error.message, 1);
    throw error;
  }
}

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });

/** Ends at once: a supervisor starts the process anew, and the next owner goes on from the last commit. */
function end(error: Error, logger: Logger): void {
  logger.fatal({ event: 'service.failed', err: error }, `cannot go on: ${error.message}`);
  process.exit(1);
}
