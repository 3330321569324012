import { type Line, openLines } from '../adapters/files/lines.js';
import type { CoverableSource, DeadLetterReason, SourceTopic } from '../contracts/names.js';
import { caseOf } from '../core/assess.js';
import type { Assessment } from '../core/assessment.js';
import type { Fact } from '../core/fact.js';
import type { Gathered } from '../core/measures/gather.js';
import { BEGINNING } from '../core/order-state.js';
import { createEventDecoder, createLineDecoder } from '../pipeline/decode.js';
import { createJudge, type Judge, noOutputs } from '../pipeline/judge.js';
import { fullMessage } from '../pipeline/live-order.js';
import type { Telemetry } from '../pipeline/ports.js';
import type { CompiledMap } from '../pipeline/maps/compile-map.js';
import type { MapAccount } from '../pipeline/maps/records.js';
import { createRenderer, journeyOf } from '../pipeline/render.js';
import { createReplayTime } from '../pipeline/time-reached.js';
import type { Config } from './config.js';
import { createReplayAccount, type ReplayAccount } from './replay-account.js';
import { createFoldedOrders } from './folded-orders.js';
import { createJudgedOrders } from './judged-orders.js';
import { createReplayInput, type ReplayItem, topicOfLine } from './replay-input.js';
import type { ReplaySink } from './replay-output.js';
import type { EndedOrder, OrdersParts, ReplayOrders, SeeOrder } from './replay-orders.js';

export interface ReplayRequest {
  readonly files: readonly string[];
  /** The files hold a company's own records, which these maps turn into events; none: they hold events. */
  readonly maps?: readonly CompiledMap[];
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
  readonly order: SeeOrder;
  /** Takes every order at the end, and the events without one; null: nobody wants measures. */
  readonly measures: Gathered | null;
  /** Called now and then with the lines read and the bytes of the files behind them. */
  readonly progress: (lines: number, bytes: number) => void;
}

export interface ReplayResult {
  readonly account: ReplayAccount;
  readonly covered: ReadonlySet<CoverableSource>;
  /** The time reached at the end, ms; null: no event was applied. */
  readonly asOf: number | null;
  /** What became of the records of each map. */
  readonly maps: readonly MapAccount[];
}

/** Everything is one lane here: a replay has no partitions. */
const LANE = 0;
const BATCH = 2_000;

/**
 * Runs files of source events through the pipeline in this process: the same judgements and outputs as the service, in
 * memory. Throws when a file cannot be read or an output not be written; bad lines are told, not thrown.
 */
export async function replay(request: ReplayRequest, parts: ReplayParts): Promise<ReplayResult> {
  const { sink } = parts;
  const input = await openInput(request, parts);
  const account = createReplayAccount();
  const run = createRun(request, parts, account);
  for (let lines = 0; ;) {
    const items = await input.take(BATCH);
    if (items.length === 0) break;
    lines += items.length;
    for (const item of items) run.take(item);
    await sink.drain();
    parts.progress(lines, input.bytesRead());
  }
  await run.finish();
  return { account, covered: run.covered, asOf: run.time.now() === -Infinity ? null : run.time.now(), maps: input.accounts };
}

async function openInput({ files, maps = [] }: ReplayRequest, { config, sink, wallClock }: ReplayParts) {
  const settings = { now: wallClock, ...config.limits };
  if (maps.length > 0) {
    // Most input is events: it need not wait for what reads maps.
    const { openMappedInput } = await import('./maps/mapped-input.js');
    return openMappedInput({ maps, files, maxRecordBytes: config.limits.maxValueBytes }, sink.outputs, createEventDecoder(settings));
  }
  const sources = await Promise.all(files.map((file) => openLines(file)));
  return { ...createReplayInput(sources, createLineDecoder(settings)), accounts: [] };
}

interface Refusal {
  readonly reason: DeadLetterReason;
  readonly message: string;
}
/** What `decode` makes of an event that it accepts. */
type ReadEvent = Extract<ReplayItem['decoded'], { kind: 'event' }>;

function createRun(request: ReplayRequest, parts: ReplayParts, account: ReplayAccount) {
  const { sink } = parts;
  const { maxJourneyEvents } = parts.config.limits;
  const covered = new Set<CoverableSource>(request.covered ?? []);
  const time = createReplayTime(request.asOf);
  const watcher: Watcher = { see: null };
  const judge = createReplayJudge(parts, covered, watcher);
  /** Events without order: unique by topic and id. */
  const orderless = new Set<string>();
  const ordersParts: OrdersParts = { maxFacts: maxJourneyEvents, took: (fact, outcome) => { account.took(fact.topic, outcome); } };
  const orders = sink.outputs ? createJudgedOrders({ ...ordersParts, judge, say: (record) => { sink.output(record); } }) : createFoldedOrders(ordersParts);
  const show = shownBy(covered, request.covered === null);
  /** Nothing passes by what was not applied: neither time, nor does it show a source (rulings 13, 65). */
  const passed = (fact: Fact): void => {
    show.add(fact);
    time.read(fact.topic, fact.at, 0);
  };
  const takeOrderless = (fact: Fact): void => {
    const { size } = orderless;
    orderless.add(`${fact.topic}|${fact.id}`);
    const first = orderless.size > size;
    account.took(fact.topic, first ? 'applied' : 'duplicate');
    if (!first) return;
    parts.measures?.addOrderless(fact);
    passed(fact);
  };
  const refuse = (line: Line, topic: SourceTopic | null, { reason, message }: Refusal): void => {
    account.refused(topic, reason, message, line);
    sink.deadLetter(reason, message, line);
  };
  const takeEvent = ({ orderId, fact }: ReadEvent, line: Line): void => {
    if (orderId === null) {
      takeOrderless(fact);
      return;
    }
    const outcome = orders.take(orderId, fact, time.now(), fact.at > time.latest() || show.isNew(fact));
    if (outcome === 'full') refuse(line, fact.topic, { reason: 'journey_too_long', message: fullMessage(maxJourneyEvents) });
    if (outcome === 'applied') passed(fact);
  };
  return {
    covered, time,
    take({ line, decoded }: ReplayItem): void {
      if (decoded.kind === 'event') takeEvent(decoded, line);
      else refuse(line, topicOfLine(line), decoded);
    },
    /** Applies what is left, reaches the end, judges every order once more now that the covered sources are known, and hands each to the caller. */
    async finish(): Promise<void> {
      orders.reach(time.now());
      time.finish();
      orders.reach(time.now());
      await judgeAll(orders, judge, watcher, { at: Math.max(BEGINNING, time.now()), covered }, parts);
    },
  };
}

/** The sources that events show; none where they are given. */
function shownBy(covered: Set<CoverableSource>, isOpen: boolean) {
  const sources = ({ topic, type }: Fact): readonly CoverableSource[] => (type === 'refund.issued' ? [topic, 'refunds'] : [topic]);
  return {
    isNew: (fact: Fact): boolean => isOpen && !sources(fact).every((source) => covered.has(source)),
    add: (fact: Fact): void => { if (isOpen) for (const source of sources(fact)) covered.add(source); },
  };
}

/** Looks at judgements as they are made. */
interface Watcher {
  see: ((assessment: Assessment) => void) | null;
}

function createReplayJudge({ config, sink, telemetry, wallClock }: ReplayParts, covered: ReadonlySet<CoverableSource>, watcher: Watcher): Judge {
  const context = { rules: config.rules, covered };
  // An order ends with its alert as the events left it: that nobody acted upon history in time says nothing.
  return createJudge({
    lane: LANE, context: () => context, telemetry, alertRules: { ...config.alerts, expireAfterMs: null }, catalogue: config.rules.version,
    renderer: sink.outputs ? createRenderer({
      topicNames: config.topics.sources, source: 'touchpoint/replay', rulesVersion: config.rules.version, alertMaxAgeMs: config.alerts.maxAgeMs,
    }, wallClock) : null,
    observe: (_order, assessment) => watcher.see?.(assessment),
  });
}

async function judgeAll(orders: ReplayOrders, judge: Judge, watcher: Watcher, end: Omit<EndedOrder, 'journey'>, parts: ReplayParts): Promise<void> {
  const { sink, config } = parts;
  const { at } = end;
  let done = 0;
  for (const order of orders.ended()) {
    watcher.see = (assessment) => {
      sink.journey(() => JSON.stringify(journeyOf(assessment, config.rules.version)));
      parts.order(assessment, { ...end, journey: order.journey });
      parts.measures?.add(caseOf(assessment), assessment);
    };
    const outputs = noOutputs(0);
    judge(order, at, { fact: null, at }, outputs);
    for (const record of outputs.records) sink.output(record);
    if (++done % BATCH === 0) await sink.drain();
  }
}
