import { createStoreLook, isApplied } from '../applied-commit.js';
import type { AwaitsSchema } from '../decode.js';
import type { Session } from '../lane-holder.js';
import { createInbox, type Inbox } from '../lane-inbox.js';
import { packRecords } from '../outbox-codec.js';
import type { SourceLog, SourceRecord, WallClock } from '../ports.js';
import { createLaneProgress } from '../progress.js';
import { persist } from '../retry.js';
import type { SchemaSettings } from '../schema-waits.js';
import { createSessionCourse } from '../session-course.js';
import { createTimeReached, type TimeSettings } from '../time-reached.js';
import { INTAKE_LANE, INTAKE_OUTPUTS, type ClaimedIntake, type IntakeCommit, type IntakeRecord, type IntakeStore, type IntakeTelemetry, type RecordWriter } from './ports.js';
import { createSender } from './sender.js';
import { openMapping, type MappingParts } from './mapping.js';
import { type IntakeCandidate, isOverdue, linksOf, type MappingStepParts, type ReadByMaps, runMapping, startMapping } from './step.js';

export interface IntakeSessionParts extends MappingParts {
  readonly source: SourceLog<string>;
  readonly store: IntakeStore;
  readonly writer: RecordWriter;
  readonly telemetry: IntakeTelemetry;
  readonly wallClock: WallClock;
  readonly time: TimeSettings;
  readonly schemas: SchemaSettings | null;
  /** How long an event waits for its link, ms. */
  readonly waitMs: number;
  readonly limits: IntakeLimits;
  /** Bytes that the topics take of an event. */
  readonly largestEvent: number;
  /** A defect: the process should end and be restarted. */
  readonly failed: (error: Error) => void;
}

/** How much one step takes; its borders don't show in what is written. */
export interface IntakeLimits {
  readonly records: number;
  readonly bytes: number;
}

/** Steps wait for the sender while so many entries of the outbox wait. */
const MOST_PENDING = 16;
/** Records read ahead, over all inputs, and of one at the least. */
const READ_AHEAD = 20_000;
const LEAST_AHEAD = 500;

/** The work of the intake under one token: from its claim until it is left, lost or to be claimed anew. */
export async function createIntakeSession(parts: IntakeSessionParts, claimed: ClaimedIntake): Promise<Session<string>> {
  const { source, store, telemetry, wallClock } = parts;
  const time = createTimeReached<string>(source.topics, parts.time);
  const progress = createLaneProgress<string>(source.topics, claimed.topics, time);
  const mapping = await openMapping(parts, claimed);
  const step: MappingStepParts = { ...mapping, progress, time, telemetry, now: () => wallClock.now(), waitMs: parts.waitMs, limits: parts.limits, maxValueBytes: Math.min(parts.maxValueBytes, parts.largestEvent) };
  const sender = createSender(parts, claimed);
  let { version, seq } = claimed;
  let committed = progress.offsets();
  const course = createSessionCourse({ lane: INTAKE_LANE, telemetry, failed: parts.failed });
  const { bell, over, goesOn, guard, persistence, untilStop } = course;
  const storeLook = createStoreLook({ wallClock, persistence: untilStop, held: () => store.held(), known: () => ({ token: claimed.token, base: version }) });
  const most = Math.max(LEAST_AHEAD, READ_AHEAD / source.topics.length);
  const inbox: Inbox<string, ReadByMaps> = createInbox<string, ReadByMaps>({
    lane: INTAKE_LANE, source, progress, time, wallClock, telemetry, persistence: untilStop, guard, ring: () => { bell.ring(); }, schemas: parts.schemas,
    decode: (record): ReadByMaps | AwaitsSchema => mapping.read(record), timeOf: ({ timestamp }: SourceRecord<string>) => timestamp,
    topicNames: Object.fromEntries(source.topics.map((input) => [input, input])), lag: (input, records) => { telemetry.lag(input, records); },
    readAhead: { most: () => most, plenty: () => most / 4 },
  });

  const write = async (records: readonly IntakeRecord[]): Promise<void> => {
    const moved = progress.moved();
    const values = mapping.writes();
    const changes = mapping.links.changes();
    if (moved.size === 0 && records.length === 0 && values.length === 0 && changes.waits.length + changes.released.length === 0) return;
    const lastSeq = seq + records.length;
    const outbox = records.length === 0 ? null : { firstSeq: seq + 1, lastSeq, records: packRecords(INTAKE_OUTPUTS, records) };
    const commit: IntakeCommit = { token: claimed.token, base: version, topics: moved, seq: lastSeq, outbox, values, ...changes };
    const began = performance.now();
    await persist(persistence, 'commit', async () => {
      if (!isApplied(INTAKE_LANE, await store.commit(commit), commit)) throw new Error('the store refused the commit without a reason; it is sent again');
    });
    if (over()) return;
    version += 1;
    seq = lastSeq;
    committed = progress.offsets();
    telemetry.committed(performance.now() - began);
    telemetry.mapped(mapping.accounts, mapping.links.waiting);
    if (outbox !== null) sender.enqueue(outbox);
  };
  const stepOn = async (): Promise<void> => {
    const offered = inbox.queues.take(parts.limits.records);
    const candidates = within(offered, parts.limits.bytes);
    inbox.queues.putBack(offered.slice(candidates.length));
    const started = startMapping(candidates);
    if (!(await persist(untilStop, 'read what is known of rows', () => started.prepare()))) return;
    const mapped = started.finish();
    if (!(await persist(untilStop, 'read what is known of links', () => mapping.prepareLinks(linksOf(mapped))))) return;
    await write(runMapping(step, mapped));
    inbox.relieve();
    bell.ring();
  };
  const steps = async (): Promise<void> => {
    while (goesOn()) {
      const isAtWork = !inbox.queues.isEmpty() || isOverdue(step);
      if (!isAtWork || sender.pendingEntries() > MOST_PENDING) await bell.rest(1_000);
      else await stepOn();
    }
  };
  const send = async (): Promise<void> => {
    while (goesOn()) {
      if (storeLook.isDue()) await storeLook.look();
      else if (sender.pendingEntries() > 0) await sender.work(persistence);
      else await bell.rest(200);
      bell.ring();
    }
  };
  telemetry.mapped(mapping.accounts, mapping.links.waiting);
  return {
    offsets: () => committed,
    positions: inbox.positions, fetched: inbox.fetched, bounds: inbox.bounds, schemaWaits: inbox.schemaWaits, outputWaits: sender.waits,
    wake: () => { bell.ring(); },
    recheck: () => { course.finish({ kind: 'recheck' }); },
    run: (left) => course.run(left, [steps, send], () => sender.work(persistence)),
  };
}

/** As many as fit, at least one. */
function within(candidates: readonly IntakeCandidate[], bytes: number): readonly IntakeCandidate[] {
  let sum = 0;
  const cut = candidates.findIndex((candidate, i) => {
    sum += candidate.kind === 'gap' ? 0 : (candidate.record.value?.length ?? 0);
    return i > 0 && sum > bytes;
  });
  return cut < 0 ? candidates : candidates.slice(0, cut);
}
