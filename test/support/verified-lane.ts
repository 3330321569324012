import { defaultConfig } from '../../src/app/config.js';
import { type Verification, verify, type VerifyGround } from '../../src/app/verify.js';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { type OutputTopic, SOURCE_TOPICS, type SourceTopic } from '../../src/contracts/names.js';
import { topicOf } from '../../src/contracts/sources.js';
import { createDecoder } from '../../src/pipeline/decode.js';
import type { LaneLook, SeenOrder } from '../../src/pipeline/lane-viewer.js';
import type { LaneParts } from '../../src/pipeline/lane.js';
import type { PublishedRecord } from '../../src/pipeline/lane-logs.js';
import type { FindingKind } from '../../src/pipeline/verify/findings.js';
import { createLaneUnderTest, LANE, type LaneUnderTest } from './lane-under-test.js';

/** A lane that worked on a simulated shop's events, and a verifier that may be shown it damaged. */

export const CONFIG = defaultConfig();
const START = Date.UTC(2026, 0, 5);
/** All is over by then. */
const WALL = Date.UTC(2027, 0, 1);

export type Event = Readonly<Record<string, unknown>> & { readonly type: string; readonly orderId?: string };

export const shopEvents = (orders: number, seed = 'verified'): Event[] =>
  [...simulateNdjson({ seed, start: START, orders })].map((line) => JSON.parse(line) as Event);

const decode = createDecoder({ now: () => WALL, maxValueBytes: CONFIG.limits.maxValueBytes, maxAheadMs: CONFIG.limits.maxAheadMs, keyOf: () => LANE });

export interface VerifiedLane {
  readonly under: LaneUnderTest;
  append(event: Event | string, topic?: SourceTopic): number;
  /** The lane works until all is read and said. */
  work(parts?: Partial<LaneParts>): Promise<void>;
  verify(damage?: Damage, isLive?: boolean): Promise<Verification>;
}

/** What the verifier is shown in place of what is there. */
export interface Damage {
  readonly look?: (look: LaneLook) => LaneLook | null;
  readonly order?: (order: SeenOrder) => SeenOrder;
  readonly output?: (topic: OutputTopic, records: readonly PublishedRecord[]) => readonly PublishedRecord[];
}

export function createVerifiedLane(): VerifiedLane {
  const under = createLaneUnderTest({ topics: SOURCE_TOPICS, startedAt: WALL });
  const parts = { decode };
  return {
    under,
    append(event, topic) {
      const text = typeof event === 'string' ? event : JSON.stringify(event);
      const key = typeof event === 'string' ? null : (event.orderId ?? null);
      const name = topic ?? (typeof event === 'string' ? undefined : topicOf(event.type));
      return under.logs.append(name ?? 'orders', key, text, { timestamp: WALL, partition: LANE, headers: { trace: 'test' } }).offset;
    },
    async work(more = {}) {
      await under.live({ parts: { ...parts, ...more } });
    },
    verify: (damage = {}, isLive = false) => verify(CONFIG, groundOf(under, damage, isLive), { lanes: null, rate: 0, stopAtFirst: false, pause: () => Promise.resolve(), progress: () => undefined }),
  };
}

function groundOf({ logs, store, wall }: LaneUnderTest, damage: Damage, isLive: boolean): VerifyGround {
  const look = (seen: LaneLook): LaneLook | null => (damage.look === undefined ? seen : damage.look(seen));
  const order = (seen: SeenOrder): SeenOrder => (damage.order === undefined ? seen : damage.order(seen));
  const output = (topic: OutputTopic, records: readonly PublishedRecord[]): readonly PublishedRecord[] =>
    (damage.output === undefined ? records : damage.output(topic, records));
  const reading = logs.reading();
  return {
    isLive, now: () => wall.at,
    logs: {
      ...reading,
      readOutput: (lane, topic, from, to, take) => reading.readOutput(lane, topic, from, to, (records) => take(output(topic, records))),
    },
    viewer: {
      members: (...args) => store.members(...args),
      async look(lane, orders) {
        const seen = await store.look(lane, orders);
        return seen === null ? null : look({ ...seen, orders: seen.orders.map(order) });
      },
    },
  };
}

export const kindsOf = (verification: Verification): FindingKind[] => verification.found.map(({ kind }) => kind);
