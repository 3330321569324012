import { createMemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { createMemoryLogs } from '../../src/adapters/memory/logs.js';
import { quietTelemetry } from '../../src/app/quiet-telemetry.js';
import type { RenderedJourney } from '../../src/pipeline/journey-renderer.js';
import { packOutbox } from '../../src/pipeline/outbox-codec.js';
import type { ClaimedLane, LaneStore, OutputLog, OutputRecord, Telemetry } from '../../src/pipeline/ports.js';
import { createPublisher } from '../../src/pipeline/publisher.js';
import { readOutputTail } from '../../src/pipeline/recovery.js';
import type { Persistence } from '../../src/pipeline/retry.js';

export const LANE = 0;
const START = 1_800_000_000_000;

/** @param weight bytes that it has besides */
export const numbered = (seq: number, topic: OutputRecord['topic'] = 'cx.events', weight = 0): OutputRecord =>
  ({ seq, topic, key: 'o', value: `said ${String(seq)}`, headers: { cx_seq: String(seq), ballast: 'x'.repeat(weight) } });

/** An order's journey that says this. */
export const shownAs = (key: string, value: string): RenderedJourney => () => ({ seq: null, topic: 'cx.journeys', key, value, headers: {} });

/** An order as a commit has written it; @param journey as its step rendered it */
export const changed = (orderId = 'any', journey: RenderedJourney | null = null) => ({ orderId, dirty: true, journey });

interface Ground {
  readonly store?: Partial<LaneStore>;
  readonly output?: Partial<OutputLog>;
  readonly telemetry?: Partial<Telemetry>;
  readonly render?: (orderId: string) => string;
}

/** A lane's store and outputs, and whoever sends what they hold. */
export function createGround() {
  const clock = { at: START };
  /** Is more waiting to be read? */
  const backlog = { waits: false };
  const store = createMemoryLaneStore();
  const logs = createMemoryLogs({ topics: ['orders'], lanes: 1, now: () => clock.at });
  const told: string[] = [];
  const persistence: Persistence & { readonly telemetry: Telemetry } = {
    lane: LANE, stopped: () => false,
    telemetry: { ...quietTelemetry(() => undefined), retrying: (_lane, what, error) => { told.push(`${what}: ${error.message}`); } },
  };
  let version = 0;
  return {
    clock, backlog, store, logs, told, persistence, version: () => version,
    /** The next owner: claims and looks at what was written. */
    async publisher({ store: faults = {}, output = {}, telemetry = {}, render = (id: string) => `${id} as it is` }: Ground = {}) {
      const claimed = await store.claim(LANE, 1);
      version = claimed.version;
      const publisher = createPublisher({
        lane: LANE, isBehind: () => backlog.waits, isSilent: () => false, store: { ...store, ...faults }, output: { ...logs.output, ...output }, wallClock: { now: () => clock.at },
        telemetry: { ...persistence.telemetry, ...telemetry },
        renderJourney: { ofStored: (id) => shownAs(id, render(id)) },
      }, claimed, await readOutputTail(LANE, logs.output, claimed));
      return { claimed, publisher };
    },
    async commit({ token }: ClaimedLane, { seqs = [], dirty = [], weight = 0 }: { seqs?: readonly number[]; dirty?: readonly string[]; weight?: number }) {
      const records = seqs.map((seq) => numbered(seq, 'cx.events', weight));
      const outbox = records.length === 0 ? null : { firstSeq: Math.min(...seqs), lastSeq: Math.max(...seqs), records: packOutbox(records) };
      await store.commit(LANE, {
        token, base: version, topics: new Map(), seq: Math.max(0, ...seqs), outbox, forget: [], calendar: null,
        orders: dirty.map((orderId) => ({ orderId, facts: null, allFacts: null, state: Buffer.from('x'), due: undefined, rests: null, indexAdd: [], indexRemove: [], dirty: true, customers: [] })),
      });
      version += 1;
      return outbox;
    },
    said: () => logs.written('cx.events', LANE).map(({ seq, value }) => `${String(seq)}:${String(value)}`),
    journeys: () => logs.written('cx.journeys', LANE).map(({ key, value }) => `${String(key)}=${String(value)}`),
    stranger: (orderId: string) => logs.output.publish(LANE, [{ seq: null, topic: 'cx.journeys', key: orderId, value: 'of old', headers: {} }]),
  };
}
/** True so many times, then false. */
export const failing = (times: number) => {
  let left = times;
  return (): boolean => left-- > 0;
};
