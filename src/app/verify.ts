import type { LaneLogs } from '../pipeline/lane-logs.js';
import type { LaneViewer } from '../pipeline/lane-viewer.js';
import type { SchemaReader } from '../pipeline/schema-reader.js';
import { createFindings, type FoundOfKind } from '../pipeline/verify/findings.js';
import type { VerifyLaneParts } from '../pipeline/verify/lane-work.js';
import { type LaneSummary, verifyLane } from '../pipeline/verify/verify-lane.js';
import type { Config } from './config.js';
import { patientDecoder } from './decoder.js';

/** What a verification reads: nothing of it is ever written to. */
export interface VerifyGround {
  readonly logs: LaneLogs;
  readonly viewer: LaneViewer;
  /** The wall clock of the workers, ms. */
  readonly now: () => number;
  /** null: there is no schema registry. */
  readonly schemas: SchemaReader | null;
  /** Are workers there? Then what differs may have moved meanwhile. */
  readonly isLive: boolean;
}

export interface VerifyOptions {
  /** null: all. */
  readonly lanes: readonly number[] | null;
  /** Records a second at the most; 0: no bound. */
  readonly rate: number;
  readonly stopAtFirst: boolean;
  readonly pause: (ms: number) => Promise<void>;
  readonly progress: (so: VerifyProgress) => void;
}

export interface VerifyProgress {
  readonly lane: number;
  /** Lanes done, and to do in all. */
  readonly done: number;
  readonly of: number;
  /** Records read and orders compared so far, over all lanes. */
  readonly records: number;
  readonly orders: number;
}

export interface Verification {
  readonly lanes: readonly LaneSummary[];
  readonly found: readonly FoundOfKind[];
  /** It ended at the first kind that differs. */
  readonly stopped: boolean;
  readonly isLive: boolean;
  readonly tookMs: number;
}

/** Ends a verification that was asked to stop at the first difference. */
class Enough extends Error {}

/** Compares what the store keeps with what the topics hold, lane by lane. */
export async function verify(config: Config, ground: VerifyGround, options: VerifyOptions): Promise<Verification> {
  const began = performance.now();
  const findings = createFindings();
  const lanes = options.lanes ?? Array.from({ length: ground.logs.lanes }, (_, lane) => lane);
  const summaries: LaneSummary[] = [];
  const at = { lane: 0, done: 0, of: lanes.length, records: 0, orders: 0 };
  const tick = async (): Promise<void> => {
    options.progress(at);
    if (options.stopAtFirst && findings.any()) throw new Enough();
    return Promise.resolve();
  };
  const wait = createPacer(options);
  try {
    for (const lane of lanes) {
      at.lane = lane;
      summaries.push(await verifyLane({
        ...partsOf(config, ground), lane, pause: options.pause, found: (finding) => { findings.add(finding); },
        pace: async (records) => {
          at.records += records;
          await wait(records);
          await tick();
        },
        compared: async (orders) => {
          at.orders += orders;
          await tick();
        },
      }));
      at.done += 1;
      await tick();
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return { lanes: summaries, found: findings.all(), stopped: options.stopAtFirst && findings.any(), isLive: ground.isLive, tookMs: performance.now() - began };
}

function partsOf(config: Config, { logs, viewer, now, isLive, schemas }: VerifyGround): Omit<VerifyLaneParts, 'lane' | 'found' | 'pause' | 'pace' | 'compared'> {
  return {
    logs, viewer, now, isLive,
    decode: patientDecoder(config, logs.lanes, now, schemas), schemas,
    context: { rules: config.rules, covered: config.covered },
    topicNames: config.topics.sources, outputNames: config.topics.outputs,
    allowedLatenessMs: config.time.allowedLatenessMs, settleMs: Math.max(config.time.settleMs, config.time.settleReplayingMs),
    maxAheadMs: config.limits.maxAheadMs, retention: config.retentionMs,
  };
}

/** Holds reading to so many records a second, counted from the beginning. */
function createPacer({ rate, pause }: VerifyOptions): (records: number) => Promise<void> {
  const began = performance.now();
  let read = 0;
  return async (records) => {
    read += records;
    if (rate <= 0) return;
    const early = (read / rate) * 1_000 - (performance.now() - began);
    if (early > 1) await pause(early);
  };
}
