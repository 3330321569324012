import type { Logger } from 'pino';
import { kafkaFaultWords } from '../adapters/kafka/fault-words.js';
import { redisFaultWords } from '../adapters/redis/fault-words.js';
import type { Config } from '../app/config.js';
import { GroundUnfit } from '../app/ground.js';
import { settledWithin } from '../pipeline/retry.js';
import { LEAVE_WITHIN_MS } from '../pipeline/worker.js';
import { CommandFault } from './context.js';

/** What faults of the connections to Redis and Kafka are in plain words. */
export const faultWords = (error: Error): string | null => redisFaultWords(error) ?? kafkaFaultWords(error);

/** How long an orderly stop may take before the process ends as it is: what is committed is safe either way; ms. */
const STOP_WITHIN_MS = 10_000;

/** How long connections may take to close by themselves after an orderly stop; ms. */
const LINGER_MS = 500;

/**
 * From now on SIGTERM and SIGINT ask for a stop in order, of what is still starting too: it may have joined the group already, and others would wait
 * for it. A second one ends the process at once. Gives what runs a service until then.
 */
export function stoppedInOrder(logger: Logger): (service: { stop(): Promise<void> }) => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const asked = stopSignal().then(() => {
    logger.info({ event: 'service.stopping' }, 'stopping: finishing the steps under way');
    timer = setTimeout(() => { end(new Error(`the stop took longer than ${STOP_WITHIN_MS} ms`), logger); }, STOP_WITHIN_MS);
  });
  return async (service) => {
    await asked;
    await service.stop();
    clearTimeout(timer);
    logger.info({ event: 'service.stopped' }, 'stopped; everything is committed');
    // Clients may keep timers of retries that nobody waits for any more.
    setTimeout(() => { process.exit(); }, LINGER_MS).unref();
  };
}

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });

/** Ends at once: a supervisor starts the process anew, and the next owner goes on from the last commit. */
function end(error: Error, logger: Logger): void {
  tellEnd(error, logger);
  process.exit(1);
}

const tellEnd = (error: Error, logger: Logger): void => logger.fatal({ event: 'service.failed', err: error }, `cannot go on: ${error.message}`);

/** Ends a process that cannot go on as soon as it has left its groups: until the sessions of those that just die ended, nobody would be given their lanes. */
export function endingInTime(logger: Logger): (error: Error, leave: () => Promise<void>) => void {
  let ending = false;
  return (error, leave) => {
    // What else fails on the way out has the same cause more often than not.
    if (ending) return;
    ending = true;
    tellEnd(error, logger);
    void settledWithin(LEAVE_WITHIN_MS, leave().catch(() => undefined)).finally(() => { process.exit(1); });
  };
}

/** The usual reason why HTTP cannot listen, in words. */
export function portFault(error: unknown, { http }: Config): CommandFault | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') return new CommandFault(`Port ${http.port} of ${http.host} is taken by another program: set HTTP_PORT to a free one, or to 0 for any`, 1);
  if (code === 'ENOTFOUND') return new CommandFault(`There is no address ${http.host}: set HTTP_HOST to one of this machine, such as 127.0.0.1, or to 0.0.0.0 for all`, 2);
  return code === 'EADDRNOTAVAIL' || code === 'EACCES' ? new CommandFault(`HTTP cannot listen on ${http.host}, port ${http.port} (${code}): check HTTP_HOST and HTTP_PORT`, 1) : null;
}

/** What is wrong with Kafka and Redis, in words (exit code 1). */
export async function tellingUnfitGround<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof GroundUnfit) throw new CommandFault(`Touchpoint cannot start here:\n${error.findings.map((f) => `- ${f}`).join('\n')}`, 1);
    if (error instanceof Error && error.name === 'KafkaUnreachable') throw new CommandFault(error.message, 1);
    throw error;
  }
}
