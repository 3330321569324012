import { parentPort, workerData } from 'node:worker_threads';
import { asError } from '../../core/as-error.js';
import { createLogger } from '../../adapters/telemetry/logger.js';
import type { Worker } from '../../pipeline/worker.js';
import { kafkaGround } from '../kafka-ground.js';
import type { FromThread, ThreadStart, ToThread } from './messages.js';
import { createThreadHealth } from './thread-health.js';
import { createToldTelemetry, portable } from './told.js';
import { workLanesOn } from './work-lanes.js';

/** How often what happened is told to the main thread, ms. */
const TELL_MS = 100;

/** A thread that works lanes as a member of the group of its own, on connections of its own. It is told by messages.ts what to do. */
async function work({ config, catalogue: first, pretty }: ThreadStart): Promise<void> {
  const { kafka, redisUrl } = config;
  if (kafka === null || redisUrl === null) throw new Error('lanes in memory cannot be worked by threads');
  let catalogue = first;
  const health = createThreadHealth(TELL_MS, () => performance.now());
  const { telemetry, take } = createToldTelemetry(() => { tell(); });
  let standing: Pick<Worker, 'lanes' | 'troubles'> = { lanes: () => [], troubles: () => [] };
  const tell = (): void => post({ kind: 'told', told: take(), lanes: standing.lanes(), troubles: standing.troubles(), health: health() });
  const telling = setInterval(tell, TELL_MS);
  // The main thread ends the process at that.
  const failing = (error: unknown): void => {
    tell();
    failed(error);
  };
  // Before it has anything that could be stopped.
  let stop = async (): Promise<void> => { post({ kind: 'stopped' }); };
  parentPort?.on('message', (message: ToThread) => {
    if (message.kind === 'catalogue') ({ catalogue } = message);
    else void stop().catch(failing);
  });
  const ground = await kafkaGround(config, kafka, redisUrl, createLogger({ level: config.logLevel, pretty }), null);
  const worker = workLanesOn({ config, ground, telemetry, catalogue: () => catalogue, failed: failing });
  standing = worker;
  stop = async () => {
    await worker.stop();
    await ground.close();
    clearInterval(telling);
    tell();
    post({ kind: 'stopped' });
  };
  await worker.start();
  // Its lanes are known to whoever it starts for, as those of a worker in the main thread are.
  tell();
  post({ kind: 'started' });
}

const post = (message: FromThread): void => parentPort?.postMessage(message);
const failed = (error: unknown): void => post({ kind: 'failed', error: portable(asError(error)) });

work(workerData as ThreadStart).catch(failed);
