import { createMemoryIntakeStore } from '../../src/adapters/memory/intake-store.js';
import { createMemoryLogs } from '../../src/adapters/memory/logs.js';
import type { SourceTopic } from '../../src/contracts/names.js';
import { createEventDecoder } from '../../src/pipeline/decode.js';
import type { CompiledMap } from '../../src/pipeline/maps/compile-map.js';
import type { MapAccount } from '../../src/pipeline/maps/records.js';
import { createIntakeLane } from '../../src/pipeline/mapping/intake-lane.js';
import { inputName, type IntakeRecord, type IntakeStore, type IntakeTelemetry, type RecordWriter } from '../../src/pipeline/mapping/ports.js';
import type { IntakeSessionParts } from '../../src/pipeline/mapping/session.js';
import type { Halt, SourceLog } from '../../src/pipeline/ports.js';
import { eventually } from './lane-under-test.js';

/** The intake on memory, with a clock turned by hand: it works, dies where a test says, and goes on with the next. */

export interface IntakeDeath {
  readonly at: 'load' | 'commit' | 'write' | 'trim';
  readonly count: number;
  /** After its effect; of a write, this part of the records is written. */
  readonly after: boolean;
}

export interface IntakeOptions {
  readonly topics: readonly string[];
  readonly parts?: Partial<IntakeSessionParts>;
}

const never = new Promise<never>(() => undefined);

export function createIntakeUnderTest(maps: readonly CompiledMap[], { topics, parts: more = {} }: IntakeOptions) {
  const wall = { at: Date.parse('2027-01-01T00:00:00Z') };
  const now = (): number => (wall.at += 1);
  const store = createMemoryIntakeStore();
  const inputs = topics.map((topic) => inputName(topic, 0));
  // The memory's logs know the names of the sources by their type alone.
  const logs = createMemoryLogs({ topics: inputs as unknown as SourceTopic[], lanes: 1, now: () => wall.at, rangeRecords: 40, forgetRead: true });
  const written: IntakeRecord[] = [];
  const halts: Halt[] = [];
  const failures: Error[] = [];
  const told = { accounts: [] as readonly MapAccount[], waiting: 0 };
  const nothing = (): void => undefined;
  const telemetry: IntakeTelemetry = {
    laneClaimed: nothing, laneDropped: nothing, laneHalted: (_, halt) => { halts.push(halt); }, stateWentBack: nothing, lossAccepted: nothing, retrying: nothing, schemaWaiting: nothing, schemaMissing: nothing,
    outboxPending: nothing, lag: nothing, committed: nothing, deadLetter: nothing, mapped: (accounts, waiting) => { Object.assign(told, { accounts, waiting }); },
  };

  const join = async (death: IntakeDeath | null) => {
    let dead = false;
    const calls = { load: 0, commit: 0, write: 0, trim: 0 };
    /** Around each call: is this the one it dies at, and has it had its effect? */
    const call = async <T>(at: IntakeDeath['at'], work: () => Promise<T>): Promise<T> => {
      if (dead) return never;
      calls[at] += 1;
      const isLast = death?.at === at && calls[at] >= death.count;
      if (isLast && !death.after) {
        dead = true;
        return never;
      }
      const answer = await work();
      dead ||= isLast;
      return dead ? never : answer;
    };
    const mortal: IntakeStore = { ...store, load: (ids) => call('load', () => store.load(ids)), commit: (commit) => call('commit', () => store.commit(commit)), trim: (token, seq) => call('trim', () => store.trim(token, seq)) };
    const writer: RecordWriter = {
      write: (records) => call('write', async () => {
        // The last words of a process may be half a request.
        const isCut = death?.at === 'write' && calls.write >= death.count;
        written.push(...(isCut ? records.slice(0, records.length >> 1) : records));
      }),
    };
    const source = logs.source() as unknown as SourceLog<string>;
    const lane = createIntakeLane({
      source, writer, telemetry, store: mortal, wallClock: { now }, maps: maps.map((map) => ({ map, tables: new Map() })),
      decode: createEventDecoder({ now, maxValueBytes: 1_000_000, maxAheadMs: 3_600_000 }), maxValueBytes: 1_000_000, largestEvent: Infinity,
      time: { allowedLatenessMs: 0, settleMs: 1_000, replaySettleMs: 1_000 }, schemas: null, schemaReader: null, waitMs: 7 * 86_400_000, maxWaiting: 10_000, maxWaitingBytes: 1e9,
      limits: { records: 100, bytes: 1e6 }, failed: (error) => { failures.push(error); }, ...more,
    });
    await source.start({
      assigned: (lanes) => { if (lanes.includes(0)) lane.start(); },
      fetched: (_, range) => { lane.fetched(range); },
      unreadable: () => { lane.recheck(); },
      failed: (error) => { failures.push(error); },
    });
    return { lane, source, dead: () => dead, bury: () => { dead = true; } };
  };
  const settled = async (): Promise<boolean> => {
    // A look at the state that takes it from nobody.
    const { topics: progress, outbox, halt } = peek();
    const bounds = (await logs.source().bounds([0])).get(0) as unknown as ReadonlyMap<string, { readonly end: number }>;
    return halt !== null || (outbox.length === 0 && inputs.every((input) => (progress.get(input)?.next ?? 0) >= (bounds.get(input)?.end ?? 0)));
  };
  const peek = () => store.look();
  return {
    store, logs, written, halts, failures, told, wall, peek,
    append(topic: string, key: string | null, value: string | null, timestamp?: number): void {
      logs.append(inputName(topic, 0) as SourceTopic, key, value, timestamp === undefined ? {} : { timestamp });
    },
    /** Retention removes what stands before this offset. */
    trimInput(topic: string, below: number): void {
      void logs.source().commitAdvice(0, new Map([[inputName(topic, 0) as SourceTopic, below + 1]]));
    },
    /** Works until all is read and written, or until its death. True: it died. @param also holds when it is done */
    async live(death: IntakeDeath | null = null, also: () => boolean = () => true): Promise<boolean> {
      const { lane, source, dead, bury } = await join(death);
      await eventually('all is read and written, or the intake died', async () => {
        lane.wake();
        lane.bounds((await logs.source().bounds([0])).get(0) as unknown as Parameters<typeof lane.bounds>[0], wall.at);
        return dead() || failures.length > 0 || ((await settled()) && also());
      });
      const died = dead();
      bury();
      const left = lane.leave(died ? 'drop' : 'stop');
      if (!died) await left;
      await source.stop();
      return died;
    },
  };
}
