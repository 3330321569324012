import { createMemoryLaneStore, type MemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { createMemoryLogs, type MemoryLogs } from '../../src/adapters/memory/logs.js';
import { quietTelemetry } from '../../src/app/quiet-telemetry.js';
import { COVERABLE_SOURCES, SOURCE_TOPICS, type SourceTopic } from '../../src/contracts/names.js';
import { DEFAULT_ALERT_RULES } from '../../src/core/alert-rules.js';
import type { Fact } from '../../src/core/fact.js';
import { type AssessmentContext, DEFAULT_RULES } from '../../src/core/rules.js';
import type { Decoded } from '../../src/pipeline/decode.js';
import { createJourneyRenderer, type JourneyRenderer } from '../../src/pipeline/journey-renderer.js';
import { catalogueOf, type Judging } from '../../src/pipeline/judge.js';
import { createLane, type Lane, type LaneParts } from '../../src/pipeline/lane.js';
import { unpackOutbox } from '../../src/pipeline/outbox-codec.js';
import type { Halt, LaneStore, OutputLog, OutputRecord, SourceRecord, Telemetry, TopicProgress } from '../../src/pipeline/ports.js';
import { createReadAhead } from '../../src/pipeline/read-ahead.js';
import { createRenderer } from '../../src/pipeline/render.js';
import { createStepTurns } from '../../src/pipeline/turns.js';

/** A lane on the memory adapters, with a clock turned by hand: it works, dies where a test says, and is claimed again. */

export const LANE = 0;
export const TOPIC_NAMES = Object.fromEntries(SOURCE_TOPICS.map((topic) => [topic, topic])) as Record<SourceTopic, string>;
export const CONTEXT: AssessmentContext = { rules: DEFAULT_RULES, covered: new Set(COVERABLE_SOURCES) };

/** Ends at the first of these, as a killed process does: nothing of it has any effect from then on. */
export type Death =
  | { readonly at: 'commit'; readonly count: number; readonly applied: boolean }
  /** `share` of the records of this request are written. */
  | { readonly at: 'publish'; readonly count: number; readonly share: number }
  | { readonly at: 'trim'; readonly count: number; readonly applied: boolean };

export interface Life {
  readonly death?: Death;
  /** Every commit reaches the store so often. */
  readonly sends?: number;
  readonly parts?: Partial<LaneParts>;
}

/** How a fact travels in these tests: as it is, since reading of events is proved elsewhere. */
export const factBytes = (orderId: string | null, fact: Omit<Fact, 'topic' | 'offset'>): string => JSON.stringify({ orderId, fact });
const decodeFact = (record: SourceRecord): Decoded => {
  const text = record.value?.toString() ?? '';
  if (!text.startsWith('{')) return { kind: 'dead_letter', reason: 'not_json', message: 'not a fact' };
  const { orderId, fact } = JSON.parse(text) as { orderId: string | null; fact: Fact };
  return { kind: 'event', orderId, fact: { ...fact, topic: record.topic, offset: record.offset } };
};

/** Polls until it holds; fails after 45 s. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const until = performance.now() + 45_000; !(await holds());) {
    if (performance.now() > until) throw new Error(`it never came to this: ${what}`);
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

const never = new Promise<never>(() => undefined);

export interface LaneUnderTest {
  readonly store: MemoryLaneStore;
  readonly logs: MemoryLogs;
  readonly wall: { at: number };
  /** As of the last commit that was applied. */
  readonly progress: ReadonlyMap<SourceTopic, TopicProgress>;
  /** What was published though no commit had put it there; must stay empty. */
  readonly strays: OutputRecord[];
  readonly halts: Halt[];
  readonly failures: Error[];
  readonly unassessed: string[];
  parts(life?: Life): { parts: LaneParts; dead: () => boolean; bury: () => void };
  /** Joins and works until all is read and said, closed alerts too, or until its death. True: it died. */
  live(life?: Life): Promise<boolean>;
  /** Joins and goes on working until `end`. */
  open(life?: Life): Promise<{ readonly lane: Lane; readonly end: () => Promise<void> }>;
  settled(): Promise<boolean>;
}

export interface LaneOptions {
  readonly topics?: readonly SourceTopic[];
  readonly telemetry?: Partial<Telemetry>;
  readonly startedAt?: number;
  readonly context?: () => AssessmentContext;
  /** What it keeps everything in; one of its own by default. */
  readonly store?: MemoryLaneStore;
  /** Alerts on what is older are `backfill`; 1 by default, so that all are. */
  readonly alertMaxAgeMs?: number;
  /** What makes records of `cx.journeys`; the usual by default. */
  readonly journeys?: JourneyRenderer;
  /** Of the wall clock, with every look at it; ms. */
  readonly tick?: number;
}

export function createLaneUnderTest(options: LaneOptions = {}): LaneUnderTest {
  const topics = options.topics ?? ['orders', 'logistics'];
  const wall = { at: options.startedAt ?? Date.parse('2027-01-01T00:00:00Z') };
  const now = (): number => (wall.at += options.tick ?? 1);
  const store = options.store ?? createMemoryLaneStore();
  const logs = createMemoryLogs({ topics, lanes: 1, now: () => wall.at, rangeRecords: 1_000_000 });
  const committed = new Map<number, string>();
  const marked = new Set<string>();
  const progress = new Map<SourceTopic, TopicProgress>();
  /** As the lane told it last, ms. */
  let reached = -Infinity;
  const under = { store, logs, wall, progress, strays: [] as OutputRecord[], halts: [] as Halt[], failures: [] as Error[], unassessed: [] as string[] };
  const context = options.context ?? ((): AssessmentContext => CONTEXT);

  const watchedStore = (life: Life, dying: Dying): LaneStore => ({
    ...store,
    async commit(lane, commit) {
      if (dying.now('commit', false)) return never;
      let answer = await store.commit(lane, commit);
      for (let again = 1; again < (life.sends ?? 1); again++) answer = await store.commit(lane, commit);
      if (answer.token === commit.token && answer.version === commit.base + 1) {
        for (const record of commit.outbox === null ? [] : unpackOutbox(commit.outbox.records)) committed.set(record.seq ?? 0, String(record.value));
        for (const { orderId, dirty } of commit.orders) if (dirty) marked.add(orderId);
        for (const [topic, moved] of commit.topics) progress.set(topic, moved);
      }
      return dying.now('commit', true) || dying.dead() ? never : answer;
    },
    async trim(...args) {
      if (dying.now('trim', false)) return never;
      const answer = await store.trim(...args);
      return dying.now('trim', true) || dying.dead() ? never : answer;
    },
    clean: async (...args) => (dying.dead() ? never : store.clean(...args)),
  });
  const watchedOutput = (dying: Dying): OutputLog => ({
    ...logs.output,
    async publish(lane, records) {
      if (dying.dead()) return never;
      for (const record of records) {
        const known = record.seq === null ? marked.has(String(record.key)) : committed.get(record.seq) === String(record.value);
        if (!known) under.strays.push(record);
      }
      const share = dying.publish();
      if (share === null) return logs.output.publish(lane, records);
      await logs.output.publish(lane, records.slice(0, Math.floor(records.length * share)));
      return never;
    },
  });
  const judgingBy = (): Judging => ({
    judge: {
      context, alertRules: DEFAULT_ALERT_RULES, catalogue: catalogueOf(context()),
      renderer: createRenderer({ topicNames: TOPIC_NAMES, source: 'test', rulesVersion: context().rules.version, alertMaxAgeMs: options.alertMaxAgeMs ?? 1 }, now),
    },
    renderJourney: options.journeys ?? createJourneyRenderer(context, 'test'),
  });
  const parts = (life: Life = {}) => {
    const dying = createDying(life.death ?? null);
    const judging = judgingBy();
    const given: LaneParts = {
      lane: LANE, source: logs.source(), output: watchedOutput(dying), store: watchedStore(life, dying),
      telemetry: {
        ...quietTelemetry((orderId) => { under.unassessed.push(orderId); }),
        laneHalted: (_lane, halt) => { under.halts.push(halt); }, timeReached: (_lane, at) => { reached = at; }, ...options.telemetry,
      },
      wallClock: { now }, decode: decodeFact,
      judging: () => judging,
      time: { allowedLatenessMs: 0, settleMs: 1_000, replaySettleMs: 15_000 },
      topicNames: TOPIC_NAMES, limits: { orders: 250, bytes: 524_288 }, turns: createStepTurns(), readAhead: createReadAhead(topics.length, () => 1), maxFacts: 1_000, retention: null,
      failed: (error) => { under.failures.push(error); },
      ...life.parts,
    };
    return { parts: given, dead: dying.dead, bury: dying.bury };
  };
  const join = async (life: Life) => {
    const { parts: given, dead, bury } = parts(life);
    const lane = createLane(given);
    await given.source.start({
      assigned: (lanes) => { if (lanes.includes(LANE)) lane.start(); },
      fetched: (_lane, range) => { lane.fetched(range); },
      unreadable: () => { lane.recheck(); },
      failed: (error) => { under.failures.push(error); },
    });
    return { lane, source: given.source, dead, bury };
  };
  const said = async (): Promise<boolean> => {
    const look = await store.look(LANE, []);
    if (look === null || look.outbox.length > 0 || look.decision !== null || look.upkeep.catchUp !== null || look.upkeep.judgedBy !== catalogueOf(context())) return false;
    const bounds = (await logs.source().bounds([LANE])).get(LANE);
    return topics.every((topic) => (look.topics.get(topic)?.next ?? 0) >= (bounds?.get(topic)?.end ?? 0));
  };
  /** Between two steps all may be said and shown, while deadlines that have passed are yet to fire. */
  const settled = async (): Promise<boolean> =>
    (await said()) && (await store.dirty(LANE, 1)).length === 0 && ((await store.nextDue(LANE)) ?? Infinity) >= reached;
  return {
    ...under, parts, settled,
    async live(life = {}) {
      const { lane, source, dead, bury } = await join(life);
      const isClosing = async (): Promise<boolean> => ((await life.parts?.handling?.waiting(LANE, 1)) ?? []).length > 0;
      await eventually('all is read and said, or the lane died', async () => {
        // Journeys are published once a second: that must not be waited for.
        if (await said()) {
          wall.at += 250;
          lane.wake();
        }
        return dead() || under.failures.length > 0 || lane.halt() !== null || ((await settled()) && !(await isClosing()));
      });
      const died = dead();
      if (died) bury();
      const left = lane.leave(died ? 'drop' : 'stop');
      if (!died) await left;
      await source.stop();
      return died;
    },
    async open(life = {}) {
      const { lane, source } = await join(life);
      return {
        lane,
        async end() {
          await lane.leave('drop');
          await source.stop();
        },
      };
    },
  };
}

interface Dying {
  /** Is this the call that it dies at, before or after its effect? */
  now(at: Death['at'], after: boolean): boolean;
  /** The share that is still written; null: this request is not the last. */
  publish(): number | null;
  readonly dead: () => boolean;
  readonly bury: () => void;
}

function createDying(death: Death | null): Dying {
  let dead = false;
  const calls = { commit: 0, trim: 0, publish: 0 };
  return {
    now(at, after) {
      if (dead) return true;
      if (!after) calls[at] += 1;
      dead = death !== null && death.at !== 'publish' && death.at === at && death.applied === after && calls[at] >= death.count;
      return dead;
    },
    publish() {
      calls.publish += 1;
      if (death?.at !== 'publish' || calls.publish < death.count) return null;
      dead = true;
      return death.share;
    },
    dead: () => dead,
    bury: () => { dead = true; },
  };
}
