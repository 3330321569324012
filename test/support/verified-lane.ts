import { type Config, defaultConfig } from '../../src/app/config.js';
import { configuredDecoder } from '../../src/app/decoder.js';
import { type Verification, verify, type VerifyGround } from '../../src/app/verify.js';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { type OutputTopic, SOURCE_TOPICS, type SourceTopic } from '../../src/contracts/names.js';
import { topicOf } from '../../src/contracts/sources.js';
import type { LaneLook, SeenOrder } from '../../src/pipeline/lane-viewer.js';
import type { LogBounds } from '../../src/pipeline/ports.js';
import type { LaneParts } from '../../src/pipeline/lane.js';
import type { PublishedRecord } from '../../src/pipeline/lane-logs.js';
import type { FindingKind } from '../../src/pipeline/verify/findings.js';
import { createLaneUnderTest, eventually, LANE, type LaneOptions, type LaneUnderTest } from './lane-under-test.js';

/** A lane that worked on a simulated shop's events, and a verifier that may be shown it damaged. */

export const CONFIG = defaultConfig();
const START = Date.UTC(2026, 0, 5);
/** All is over by then. */
const WALL = Date.UTC(2027, 0, 1);

export type Event = Readonly<Record<string, unknown>> & { readonly type: string; readonly orderId?: string };

export const shopEvents = (orders: number, seed = 'verified'): Event[] =>
  [...simulateNdjson({ seed, start: START, orders })].map((line) => JSON.parse(line) as Event);

export const decoderOf = (config: Config) => configuredDecoder(config, 1, () => WALL, null);

export interface VerifiedLane {
  readonly under: LaneUnderTest;
  readonly decode: ReturnType<typeof decoderOf>;
  append(event: Event | string, topic?: SourceTopic): number;
  /** The lane works until all is read and said. */
  work(parts?: Partial<LaneParts>): Promise<void>;
  /** Orders of which something was appended that can be used. */
  orderIds(): ReadonlySet<string>;
  verify(damage?: Damage, isLive?: boolean, config?: Config): Promise<Verification>;
}

/** What the verifier is shown in place of what is there. */
export interface Damage {
  readonly look?: (look: LaneLook) => LaneLook | null;
  readonly order?: (order: SeenOrder) => SeenOrder;
  /** The oldest offsets that the topics still have. */
  readonly starts?: Partial<Record<SourceTopic | OutputTopic, number>>;
  /** What happens while it waits to look again. */
  readonly pause?: (ms: number) => void;
  /** Called when a look was taken, before it is shown. */
  readonly afterLook?: () => Promise<void>;
  readonly output?: (topic: OutputTopic, records: readonly PublishedRecord[]) => readonly PublishedRecord[];
}

/** @param options.asItHappens records are written when their events happen; else all of them in one go, later */
export function createVerifiedLane({ asItHappens = false, ...options }: Pick<LaneOptions, 'store' | 'context' | 'alertMaxAgeMs' | 'telemetry'> & { readonly asItHappens?: boolean } = {}): VerifiedLane {
  const under = createLaneUnderTest({ ...options, topics: SOURCE_TOPICS, startedAt: WALL });
  const parts = { decode: decoderOf(CONFIG) };
  const orderIds = new Set<string>();
  return {
    under, decode: parts.decode,
    append(event, topic) {
      const text = typeof event === 'string' ? event : JSON.stringify(event);
      const key = typeof event === 'string' ? null : (event.orderId ?? null);
      if (typeof event !== 'string' && event.orderId !== undefined && topicOf(event.type) !== null) orderIds.add(event.orderId);
      const name = topic ?? (typeof event === 'string' ? undefined : topicOf(event.type));
      const timestamp = asItHappens && typeof event !== 'string' ? Date.parse(String(event['occurredAt'])) : WALL;
      return under.logs.append(name ?? 'orders', key, text, { timestamp, partition: LANE, headers: { trace: 'test' } }).offset;
    },
    async work(more = {}) {
      await under.live({ parts: { ...parts, ...more } });
      await passTime(under, { ...parts, ...more });
    },
    orderIds: () => orderIds,
    verify: (damage = {}, isLive = false, config = CONFIG) => verify(config, groundOf(under, damage, isLive), { lanes: null, rate: 0, stopAtFirst: false, pause: async (ms) => { damage.pause?.(ms); }, progress: () => undefined }),
  };
}

/** The topics stay silent for so long that the wall clock counts: what is due by then is judged and said. */
async function passTime(under: LaneUnderTest, parts: Partial<LaneParts>): Promise<void> {
  const { lane, end } = await under.open({ parts });
  const nothingDue = async (): Promise<boolean> => ((await under.store.nextDue(LANE)) ?? Infinity) >= WALL;
  await eventually('all deadlines up to now are judged, and all is said', async () => {
    under.wall.at += 20_000;
    const bounds = (await under.logs.source().bounds([LANE])).get(LANE);
    if (bounds !== undefined && lane.isReading()) lane.bounds(bounds, under.wall.at);
    return (await nothingDue()) && (await under.settled());
  });
  await end();
}

function groundOf({ logs, store, wall }: LaneUnderTest, damage: Damage, isLive: boolean): VerifyGround {
  const look = (seen: LaneLook): LaneLook | null => (damage.look === undefined ? seen : damage.look(seen));
  const order = (seen: SeenOrder): SeenOrder => (damage.order === undefined ? seen : damage.order(seen));
  const output = (topic: OutputTopic, records: readonly PublishedRecord[]): readonly PublishedRecord[] =>
    (damage.output === undefined ? records : damage.output(topic, records));
  const reading = logs.reading();
  const cut = <T extends SourceTopic | OutputTopic>(bounds: ReadonlyMap<T, LogBounds>): Map<T, LogBounds> =>
    new Map([...bounds].map(([topic, { start, end }]) => [topic, { start: Math.max(start, damage.starts?.[topic] ?? 0), end }]));
  return {
    isLive, now: () => wall.at, schemas: null,
    logs: {
      ...reading,
      async bounds(lane) {
        const { sources, outputs } = await reading.bounds(lane);
        return { sources: cut(sources), outputs: cut(outputs) };
      },
      readOutput: (lane, topic, from, to, take) => reading.readOutput(lane, topic, from, to, (records) => take(output(topic, records))),
    },
    viewer: {
      members: (...args) => store.members(...args),
      async look(lane, orders) {
        const seen = await store.look(lane, orders);
        await damage.afterLook?.();
        return seen === null ? null : look({ ...seen, orders: seen.orders.map(order) });
      },
    },
  };
}

export const kindsOf = (verification: Verification): FindingKind[] => verification.found.map(({ kind }) => kind);
