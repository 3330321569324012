import { asError } from '../core/as-error.js';
import type { JourneyRenderer, RenderedJourney } from './journey-renderer.js';
import { LaneLost } from './lane-lost.js';
import type { FinishedOrder } from './live-order.js';
import type { LaneOutput } from './lane-output.js';
import type { ClaimedLane, LaneStore, StoredOrder, Telemetry, WallClock } from './ports.js';
import { createPause } from './pause.js';
import { Final, persist, type Persistence } from './retry.js';

export interface JourneyPublisherParts {
  readonly lane: number;
  readonly store: LaneStore;
  readonly telemetry: Telemetry;
  readonly wallClock: WallClock;
  readonly renderJourney: Pick<JourneyRenderer, 'ofStored'>;
  /** More waits to be read: orders will change again before anyone could act on their journeys. */
  readonly isBehind: () => boolean;
  /** Facts are being read again: orders would be shown as they were. */
  readonly isSilent: () => boolean;
  /** The number of the last record that the lane said. */
  readonly lastSaid: () => number;
}

/** An order's journey is published at most once in this time; ms. */
const JOURNEY_INTERVAL_MS = 1_000;
/** So much longer while a backlog is worked off, where rendering them costs as much as judging. */
const BEHIND_INTERVAL_MS = 119_000;
/** Some journeys are followed by so many times as long without any, so that under load they leave time for what is judged and said. */
const REST_AFTER_SOME = 2;
/** But no longer than this, whatever held them up; ms. */
const LONGEST_REST_MS = 10_000;
/** Rendered in one go, with nothing else of the process running meanwhile. */
const JOURNEYS_AT_ONCE = 100;
/** So often when a lane is left. */
const LAST_TIMES = 5;
/** Journeys that are kept as steps rendered them; those of further orders are rendered of what the store has. */
const MOST_RENDERED = 1_000;
/** How often a lane with nothing to say looks whether a stranger wrote into its journeys; ms. */
const STRANGER_LOOK_MS = 10_000;

/** Publishes the present journeys of orders that changed, and of those that a stranger wrote over. */
export function createJourneyPublisher(parts: JourneyPublisherParts, output: LaneOutput, claimed: ClaimedLane) {
  const { lane, store, telemetry, wallClock } = parts;
  /** The version of the last commit: marks on orders are versions. */
  let latest = claimed.version;
  let mayBeDirty = true;
  const now = (): number => wallClock.now();
  /** Until the next round may begin, and until the next orders of it may follow. */
  const betweenRounds = createPause(now);
  const betweenSome = createPause(now);
  /** A round publishes every order that was marked by its beginning, once; null: none is under way. */
  let round: { readonly upTo: number; readonly began: number } | null = null;
  const betweenLooks = createPause(now);
  betweenLooks.begin(STRANGER_LOOK_MS);
  /** Of orders as the last commit left them. */
  const rendered = new Map<string, RenderedJourney>();

  /** The next orders of the round, and of those that a stranger wrote over. */
  const sendSome = async ({ upTo, began }: NonNullable<typeof round>): Promise<void> => {
    const oldest = await store.dirty(lane, JOURNEYS_AT_ONCE);
    const marked = oldest.filter(({ mark }) => mark <= upTo);
    const again = [...output.overwritten].slice(0, JOURNEYS_AT_ONCE);
    const ids = [...new Set([...marked.map(({ orderId }) => orderId), ...again])];
    // A round that finds nothing puts off none.
    if (oldest.length > 0 || again.length > 0) betweenRounds.begin(JOURNEY_INTERVAL_MS, began);
    if (ids.length > 0) {
      const journeys = await journeysOf(ids);
      const lastSaid = parts.lastSaid();
      await output.sendAgain([...journeys.values()].map((journey) => journey(lastSaid)), again);
      if (!(await store.clean(lane, claimed.token, marked, output.journeyEnd()))) throw new LaneLost(lane);
      // One that changed meanwhile follows.
      for (const [id, journey] of journeys) if (rendered.get(id) === journey) rendered.delete(id);
    }
    if (marked.length < oldest.length) mayBeDirty = true;
    if (marked.length < JOURNEYS_AT_ONCE) round = null;
  };
  const journeysOf = async (ids: readonly string[]): Promise<ReadonlyMap<string, RenderedJourney>> => {
    const journeys = new Map<string, RenderedJourney>();
    for (const id of ids) {
      const known = rendered.get(id);
      if (known !== undefined) journeys.set(id, known);
    }
    const missing = ids.filter((id) => !journeys.has(id));
    const stored = missing.length === 0 ? [] : await store.load(lane, missing);
    missing.forEach((id, i) => {
      const order = stored[i];
      const journey = order == null ? null : render(id, order);
      if (journey !== null) journeys.set(id, journey);
    });
    return journeys;
  };
  /** An order on which a rule throws keeps the journey published last: it must not hold up the others. */
  const render = (id: string, order: StoredOrder): RenderedJourney | null => {
    try {
      return parts.renderJourney.ofStored(id, order);
    } catch (error) {
      if (error instanceof Final) throw error;
      telemetry.unassessed(lane, id, asError(error));
      return null;
    }
  };

  const beginsRound = (at: number): boolean =>
    (mayBeDirty || output.overwritten.size > 0) && betweenRounds.isOver(parts.isBehind() ? BEHIND_INTERVAL_MS : 0, at);
  const isDue = (at: number): boolean => !parts.isSilent() && betweenSome.isOver(0, at) && (round !== null || beginsRound(at));
  const sendIfDue = async (persistence: Persistence): Promise<void> => {
    const began = now();
    if (!isDue(began)) return;
    if (round === null) {
      // Before the store is asked: an order that a commit marks meanwhile must not be forgotten.
      mayBeDirty = false;
      round = { upTo: latest, began };
    }
    const underWay = round;
    await persist(persistence, 'publish journeys', () => sendSome(underWay));
    const ended = now();
    betweenSome.begin(Math.min(LONGEST_REST_MS, REST_AFTER_SOME * (ended - began)), ended);
  };
  return {
    /** A commit of this version wrote these orders. */
    committed(version: number, orders: readonly Pick<FinishedOrder, 'orderId' | 'dirty' | 'journey'>[]): void {
      for (const { orderId, journey } of orders) {
        rendered.delete(orderId);
        if (journey !== null && rendered.size < MOST_RENDERED) rendered.set(orderId, journey);
      }
      if (!orders.some(({ dirty }) => dirty)) return;
      latest = version;
      mayBeDirty = true;
    },
    /** The store may hold marks that were taken off before. */
    remind(): void {
      mayBeDirty = true;
    },
    /** Is there anything to publish by now, or to look at? */
    hasWork(): boolean {
      const at = now();
      return isDue(at) || betweenLooks.isOver(0, at);
    },
    /** Publishes the next of them; faults of log and store are retried until they end or `stopped` says so. @throws LaneLost */
    async work(persistence: Persistence): Promise<void> {
      if (betweenLooks.isOver()) {
        betweenLooks.begin(STRANGER_LOOK_MS);
        await persist(persistence, 'look at the journeys', () => output.lookForStrangers());
      }
      await sendIfDue(persistence);
    },
    /** Whatever the interval, as many as take no long time; the rest are the next owner's. */
    async flush(persistence: Persistence): Promise<void> {
      betweenRounds.end();
      for (let some = 0; some < LAST_TIMES && (some === 0 || round !== null); some++) {
        betweenSome.end();
        await sendIfDue(persistence);
      }
    },
  };
}
