import { Worker as Thread } from 'node:worker_threads';
import { asError } from '../../core/as-error.js';
import type { ThreadTelemetry } from '../../adapters/telemetry/thread-telemetry.js';
import type { Telemetry } from '../../pipeline/ports.js';
import { settledWithin } from '../../pipeline/retry.js';
import { LEAVE_WITHIN_MS, type Worker } from '../../pipeline/worker.js';
import type { Config } from '../config.js';
import type { Rulebook } from '../rulebook.js';
import type { FromThread, LaneStandings, ThreadStart, ToThread } from './messages.js';
import { createLaneKeepers } from './lane-keepers.js';
import { watchForSilence } from './silence-watch.js';
import { errorOf, tell } from './told.js';

export interface ThreadedWorkParts {
  readonly config: Config;
  /** How many; two or more. */
  readonly threads: number;
  readonly telemetry: Telemetry & ThreadTelemetry;
  readonly rulebook: Pick<Rulebook, 'present' | 'follow'>;
  readonly failed: (error: Error) => void;
}

/**
 * Works lanes in threads besides this one, each a member of the group: they share the lanes among themselves and with
 * other workers. What they tell counts here, so that whoever looks at the process from outside sees one worker.
 */
export function createThreadedWorker(parts: ThreadedWorkParts): Worker {
  let threads: readonly LaneThread[] = [];
  const toldBy = createLaneKeepers(parts.telemetry);
  const all = async (done: (thread: LaneThread) => Promise<unknown>): Promise<void> => void (await Promise.all(threads.map(done)));
  parts.rulebook.follow(({ catalogue }) => { for (const thread of threads) thread.post({ kind: 'catalogue', catalogue }); });
  return {
    async start() {
      threads = Array.from({ length: parts.threads }, (_, number) => startThread(parts, number + 1, toldBy(number + 1)));
      try {
        await all(({ started }) => started);
      } catch (error) {
        // Those that joined leave the group, or others would wait for the end of their sessions.
        await settledWithin(LEAVE_WITHIN_MS, all((thread) => thread.stop()));
        await all((thread) => thread.end());
        throw error;
      }
    },
    lanes: () => threads.flatMap((thread) => thread.lanes()),
    troubles: () => [...new Set(threads.flatMap((thread) => thread.troubles()))],
    stop: () => all((thread) => thread.stop()),
  };
}

type LaneThread = ReturnType<typeof startThread>;

/** So many session timeouts without a word are a defect: after one of them others have its lanes. */
const SILENT_FOR = 3;
/** Until its first word a thread loads what it runs, which on a machine that starts much at a time takes many seconds; ms. */
const LOADING_MS = 60_000;

/** @param toldByIt what it tells of its work counts there */
function startThread({ config, telemetry, rulebook, failed }: ThreadedWorkParts, number: number, toldByIt: Telemetry) {
  let lanes: LaneStandings = [];
  let troubles: readonly string[] = [];
  const started = Promise.withResolvers<undefined>();
  const stopped = Promise.withResolvers<undefined>();
  // Of a start that fails whoever asked for it hears; later it is the process that cannot go on.
  let fail: (error: Error) => void = started.reject;
  const start: ThreadStart = { config, catalogue: rulebook.present().catalogue, pretty: process.stdout.isTTY };
  const ms = SILENT_FOR * config.sessionTimeoutMs;
  // Nobody else would find out: HTTP answers from this thread.
  const silence = watchForSilence({ firstMs: Math.max(LOADING_MS, ms), ms }, (since) => { fail(new Error(`a thread that works lanes has not answered for ${since / 1_000} s`)); });
  const thread = new Thread(new URL('./start-thread.js', import.meta.url), { workerData: start, name: 'lanes' });
  thread.on('message', (message: FromThread) => {
    switch (message.kind) {
      case 'started':
        fail = failed;
        started.resolve(undefined);
        break;
      case 'told':
        ({ lanes, troubles } = message);
        silence.heard();
        telemetry.threadTold(number, message.health);
        tell(toldByIt, message.told);
        break;
      case 'failed':
        fail(errorOf(message.error));
        break;
      case 'stopped':
        stopped.resolve(undefined);
    }
  });
  thread.on('error', (error) => { fail(asError(error)); });
  thread.on('exit', (code) => {
    // Nothing of it is left that could stop.
    stopped.resolve(undefined);
    fail(new Error(`a thread that works lanes ended by itself (exit code ${code})`));
  });
  const post = (message: ToThread): void => { thread.postMessage(message); };
  /** At once, whatever it does. */
  const end = async (): Promise<void> => {
    fail = () => undefined;
    silence.end();
    await thread.terminate();
  };
  return {
    started: started.promise, post, end,
    lanes: () => lanes,
    troubles: () => troubles,
    async stop(): Promise<void> {
      post({ kind: 'stop' });
      await stopped.promise;
      // Clients may keep timers of retries that nobody waits for any more.
      await end();
    },
  };
}
