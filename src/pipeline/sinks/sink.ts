import { asError } from '../../core/as-error.js';
import type { SourceLog } from '../ports.js';
import { settledWithin } from '../retry.js';
import { createDigests, type Digests } from './digests.js';
import { createSinkLane, type SinkLane } from './sink-lane.js';
import type { SinkParts } from './sink-parts.js';
import { beginningOf, type Missing, placeAt } from './sink-place.js';
import { backoffMs } from './timing.js';

/** `cx.alerts` as one sink reads it: as a group of its own, so that what it has delivered is known after a restart. */
export type AlertLog = Pick<SourceLog<'cx.alerts'>, 'start' | 'read' | 'pause' | 'resume' | 'bounds' | 'recordAt' | 'commitAdvice' | 'advisedOffsets' | 'stop'>;

export interface SinkOptions extends SinkParts {
  /** Connects; nothing is read before `start`. @throws saying why it can't be read at present */
  readonly open: () => Promise<AlertLog>;
}

/** Brings alerts to one receiver, for as long as it is not stopped. Nothing that happens to it reaches anybody else. */
export interface Sink {
  start(): void;
  stop(): Promise<void>;
}

const REOPEN = { firstMs: 1_000, longestMs: 30_000 };
/** How often the place is committed: a worker that is killed sends again what it sent since. */
const TICK_MS = 1_000;
/** What waits is counted each time after so many. */
const TELLING = 5;
const CLOSE_MS = 2_000;
const TOPIC = 'cx.alerts';

export function createSink(options: SinkOptions): Sink {
  const { name, telemetry, timing, destination } = options;
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const run = async (): Promise<void> => {
    for (let failures = 1; !ending.signal.aborted; failures += 1) {
      const since = timing.now();
      try {
        await serve(await options.open(), options, ending.signal);
      } catch (error) {
        // It worked for a while: this is news.
        if (timing.now() - since > REOPEN.longestMs) failures = 1;
        const wait = Math.max(REOPEN.firstMs, backoffMs(REOPEN, failures, timing.random()));
        telemetry.sinkInterrupted(name, asError(error), wait);
        await timing.pause(wait, ending.signal);
      }
    }
  };
  return {
    start() {
      telemetry.sinkConfigured(name);
      running = run();
    },
    async stop() {
      ending.abort();
      await settledWithin(2 * CLOSE_MS, running);
      destination.close();
    },
  };
}

/** Serves the partitions that the group gives to this process, until it is told to stop. Rejects when that can't go on. */
async function serve(log: AlertLog, options: SinkOptions, stopped: AbortSignal): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([stopped, ending.signal]);
  const faults: Error[] = [];
  const failed = (error: Error): void => {
    faults.push(error);
    ending.abort();
  };
  const digests = createDigests({ ...options, failed });
  const lanes = createSinkLanes(log, options, digests, failed);
  try {
    await log.start({ assigned: lanes.assigned, fetched: lanes.fetched, unreadable: lanes.unreadable, failed });
    for (let tick = 0; !signal.aborted; tick += 1) {
      await options.timing.pause(TICK_MS, signal);
      await lanes.commit();
      lanes.wake();
      digests?.wake();
      if (tick % TELLING === 0) await lanes.tellQueue();
    }
  } finally {
    await settledWithin(CLOSE_MS, Promise.all([digests?.stop(), lanes.stop()]).then(() => undefined));
    await log.stop();
  }
  const [fault] = faults;
  if (fault !== undefined) throw fault;
}

interface Served {
  readonly lane: SinkLane;
  committed: number;
}

/** The partitions of this process, as they come and go. */
function createSinkLanes(log: AlertLog, options: SinkOptions, digests: Digests | null, failed: (error: Error) => void) {
  const { name, telemetry, timing } = options;
  const served = new Map<number, Served>();
  let assignment: readonly number[] = [];

  const read = (partition: number, { lane }: Served, from: number): void => {
    log.read(partition, new Map([[TOPIC, from]]));
    if (lane.isFull()) log.pause(partition, TOPIC);
  };
  const serveFrom = (partition: number, from: number, readFrom: number, isCommitted: boolean): void => {
    const lane = createSinkLane({
      ...options, partition, from, failed, holding: digests?.holding() ?? null,
      wantsMore: (more) => { if (more) log.resume(partition, TOPIC); else log.pause(partition, TOPIC); },
    });
    // A place of its own from the start: else a restart before the first alert would begin later.
    const entry: Served = { lane, committed: isCommitted ? from : -1 };
    served.set(partition, entry);
    read(partition, entry, readFrom);
  };
  const begin = async (partition: number, current: readonly number[]): Promise<void> => {
    const { from, readFrom, isNew, missing } = await beginningOf(log, partition, options);
    if (assignment !== current || served.has(partition)) return;
    if (isNew) telemetry.sinkBegins(name, { partition, offset: from });
    if (missing !== null) tellMissing(partition, from, missing);
    serveFrom(partition, from, readFrom, !isNew && missing === null);
  };
  const tellMissing = (partition: number, from: number, missing: Missing): void => {
    if (missing.kind === 'made_anew') telemetry.sinkMoved(name, { partition, offset: from });
    else telemetry.sinkSetAside(name, 'removed', { place: { partition, offset: from - missing.count }, id: null, count: missing.count }, 'retention removed them before they could be sent');
  };
  const goOn = async (partition: number, entry: Served, offset: number): Promise<void> => {
    const bounds = (await log.bounds([partition])).get(partition)?.get(TOPIC);
    if (bounds === undefined || served.get(partition) !== entry) return;
    const { from, missing } = placeAt(offset, bounds);
    if (missing !== null) tellMissing(partition, from, missing);
    if (missing?.kind !== 'made_anew') return read(partition, entry, from);
    // What waits in memory is of another log.
    void entry.lane.stop();
    serveFrom(partition, from, from, false);
  };
  const commit = async (): Promise<void> => {
    for (const [partition, entry] of served) {
      const done = entry.lane.done();
      if (done !== entry.committed && await log.commitAdvice(partition, new Map([[TOPIC, done]]))) entry.committed = done;
    }
  };
  const tellQueue = async (): Promise<void> => {
    const bounds = await log.bounds([...served.keys()]);
    let records = 0;
    let oldest = digests?.overdueSince() ?? Infinity;
    for (const [partition, { lane }] of served) {
      records += Math.max(0, (bounds.get(partition)?.get(TOPIC)?.end ?? 0) - lane.reached());
      oldest = Math.min(oldest, lane.oldest() ?? Infinity);
    }
    telemetry.sinkQueue(name, records, Math.max(0, timing.now() - oldest));
  };

  return {
    assigned: (partitions: readonly number[]): void => {
      assignment = partitions;
      for (const [partition, { lane }] of served) {
        if (partitions.includes(partition)) continue;
        served.delete(partition);
        void lane.stop();
      }
      for (const partition of partitions) {
        const entry = served.get(partition);
        const from = entry?.lane.readTo() ?? null;
        // Nobody else had it meanwhile: what waits in memory still does.
        if (entry !== undefined && from !== null) read(partition, entry, from);
        else {
          served.delete(partition);
          void entry?.lane.stop();
          begin(partition, partitions).catch(failed);
        }
      }
    },
    fetched: (partition: number, range: Parameters<SinkLane['take']>[0]): void => served.get(partition)?.lane.take(range),
    unreadable: (partition: number, _topic: string, offset: number): void => {
      const entry = served.get(partition);
      if (entry !== undefined) goOn(partition, entry, offset).catch(failed);
    },
    /** What is due by now is done, such as repeating. */
    wake: (): void => {
      for (const { lane } of served.values()) lane.wake();
    },
    commit, tellQueue,
    async stop(): Promise<void> {
      await Promise.all([...served.values()].map(({ lane }) => lane.stop()));
      await commit();
      telemetry.sinkQueue(name, 0, 0);
    },
  };
}
