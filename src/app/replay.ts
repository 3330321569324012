import { openLines } from '../adapters/files/lines.js';
import { createMemoryLaneStore } from '../adapters/memory/lane-store.js';
import { COVERABLE_SOURCES, type CoverableSource, SOURCE_TOPICS } from '../contracts/names.js';
import type { Assessment } from '../core/assessment.js';
import type { Fact } from '../core/fact.js';
import { createDeadlineWatch } from '../pipeline/deadlines.js';
import { createDecoder } from '../pipeline/decode.js';
import { createJudge } from '../pipeline/judge.js';
import { createOrderBook } from '../pipeline/order-book.js';
import type { OutputRecord, Telemetry } from '../pipeline/ports.js';
import { createLaneProgress } from '../pipeline/progress.js';
import { createRenderer, journeyOf } from '../pipeline/render.js';
import { type Candidate, prepareStep, runStep, type StepParts } from '../pipeline/step.js';
import { createReplayTime } from '../pipeline/time-reached.js';
import type { Config } from './config.js';
import { createReplayAccount, type ReplayAccount } from './replay-account.js';
import { createReplayInput, type ReplayItem } from './replay-input.js';
import type { ReplaySink } from './replay-output.js';

export interface ReplayRequest {
  readonly files: readonly string[];
  /** The time reached at the end, ms; null: the greatest `occurredAt`. */
  readonly asOf: number | null;
  /** null: those that the input shows. */
  readonly covered: ReadonlySet<CoverableSource> | null;
}

export interface ReplayParts {
  readonly config: Config;
  readonly telemetry: Telemetry;
  readonly sink: ReplaySink;
  readonly wallClock: () => number;
  /** Called for every order at the end, in the order of their ids. */
  readonly order: (assessment: Assessment, facts: readonly Fact[]) => void;
  /** Called now and then with the lines read and the bytes of the files behind them. */
  readonly progress: (lines: number, bytes: number) => void;
}

export interface ReplayResult {
  readonly account: ReplayAccount;
  readonly covered: ReadonlySet<CoverableSource>;
  /** The time reached at the end, ms; null: no event was applied. */
  readonly asOf: number | null;
}

/** Everything is one lane here: a replay has no partitions. */
const LANE = 0;
const BATCH = 2_000;
const CACHE_ORDERS = 50_000;

/**
 * Runs files of source events through the pipeline in this process: the same steps, judgements and outputs as the service,
 * on the memory store. Throws when a file cannot be read or an output not be written; bad lines are told, not thrown.
 */
export async function replay(request: ReplayRequest, parts: ReplayParts): Promise<ReplayResult> {
  const { config, sink } = parts;
  const sources = await Promise.all(request.files.map((file) => openLines(file)));
  const decode = createDecoder({ now: parts.wallClock, keyOf: null, ...config.limits });
  const input = createReplayInput(sources, decode);
  const account = createReplayAccount();
  const covered = new Set<CoverableSource>(request.covered ?? []);
  const run = createRun(request, parts, covered);
  for (let lines = 0; ;) {
    const items = await input.take(BATCH);
    if (items.length === 0) break;
    lines += items.length;
    if (request.covered === null) showCovered(items, covered);
    await run.apply(takeRefused(items, account, sink), account);
    await sink.drain();
    parts.progress(lines, input.bytesRead());
  }
  run.time.finish();
  await run.apply([], account);
  await run.finish();
  return { account, covered, asOf: run.time.now() === -Infinity ? null : run.time.now() };
}

type Taken = Extract<ReplayItem, { kind: 'candidate' }>;

function takeRefused(items: readonly ReplayItem[], account: ReplayAccount, sink: ReplaySink): Taken[] {
  const taken: Taken[] = [];
  for (const item of items) {
    if (item.kind === 'candidate') taken.push(item);
    else {
      account.refused(item.topic, item.reason.reason, item.reason.message, item.line);
      sink.deadLetter(item.reason.reason, item.reason.message, item.line);
    }
  }
  return taken;
}

/** Which sources can be counted on: those with an applied event anywhere in the input (rulings 65). */
function showCovered(items: readonly ReplayItem[], covered: Set<CoverableSource>): void {
  if (covered.size === COVERABLE_SOURCES.length) return;
  for (const item of items) {
    if (item.kind !== 'candidate') continue;
    covered.add(item.candidate.record.topic);
    if (item.candidate.decoded.kind === 'event' && item.candidate.decoded.fact.type === 'refund.issued') covered.add('refunds');
  }
}

function createRun(request: ReplayRequest, parts: ReplayParts, covered: ReadonlySet<CoverableSource>) {
  const { config, sink } = parts;
  const store = createMemoryLaneStore();
  const time = createReplayTime(request.asOf);
  const context = () => ({ rules: config.rules, covered });
  let watched: ((assessment: Assessment) => void) | null = null;
  const judge = createJudge({
    lane: LANE, context, telemetry: parts.telemetry, alertRules: config.alerts,
    renderer: createRenderer({ topicNames: config.topics.sources, source: 'touchpoint/replay', rulesVersion: config.rules.version, alertMaxAgeMs: config.alerts.maxAgeMs }, parts.wallClock),
    observe: (_order, assessment) => watched?.(assessment),
  });
  const claim = store.claim(LANE, 1);
  const book = createOrderBook(LANE, store, CACHE_ORDERS);
  const step: StepParts = {
    lane: LANE, store, book, time, judge, telemetry: parts.telemetry, topicNames: config.topics.sources,
    deadlines: createDeadlineWatch(LANE, store), progress: createLaneProgress(SOURCE_TOPICS, new Map(), time),
    limits: { orders: BATCH, bytes: 64 << 20 }, maxFacts: config.limits.maxJourneyEvents,
  };
  let version = 0;
  let seq = 0;
  const commit = async (orders: ReturnType<typeof runStep>['orders']): Promise<void> => {
    if (orders.length === 0) return;
    const { token } = await claim;
    await store.commit(LANE, { token, base: version, orders, topics: new Map(), seq, outbox: null });
    version += 1;
  };
  return {
    time,
    /** Applies these, and everything that falls due by them. */
    async apply(items: readonly Taken[], account: ReplayAccount): Promise<void> {
      let left: readonly Candidate[] = items.map((item) => item.candidate);
      do {
        const result = runStep(step, await prepareStep(step, left), seq);
        seq = result.outputs.seq;
        left = left.slice(result.consumed);
        for (const record of result.outputs.records) emit(record, items, account, sink);
        await commit(result.orders);
      } while (left.length > 0 || step.deadlines.mayBePast(time.now()));
      account.applied(step.progress);
    },
    /** Judges every order once more, now that the covered sources are known, and hands each to the caller. */
    async finish(): Promise<void> {
      const at = Math.max(0, time.now());
      for (let cursor: string | null = null; ;) {
        const page = await store.list(null, cursor, BATCH);
        await book.prepare(new Set(page.orderIds));
        for (const orderId of page.orderIds) {
          const order = book.get(orderId);
          const outputs = { seq, records: [] as OutputRecord[], causes: [] };
          watched = (assessment) => {
            sink.journey(JSON.stringify(journeyOf(assessment, config.rules.version)));
            parts.order(assessment, order.journey.facts);
          };
          judge(order, at, { fact: null, at }, outputs);
          seq = outputs.seq;
          for (const record of outputs.records) sink.output(record);
        }
        book.settle();
        await sink.drain();
        if (page.cursor === null) return;
        cursor = page.cursor;
      }
    },
  };
}

function emit(record: OutputRecord, items: readonly Taken[], account: ReplayAccount, sink: ReplaySink): void {
  if (record.topic !== 'cx.dead-letters') {
    sink.output(record);
    return;
  }
  const offset = Number(record.headers['__connect.errors.offset']);
  const item = items.find((i) => i.candidate.record.offset === offset);
  if (item === undefined) return;
  const message = String(record.headers['__connect.errors.exception.message']);
  sink.deadLetter('journey_too_long', message, item.line);
  account.late('journey_too_long', message, item.line);
}
