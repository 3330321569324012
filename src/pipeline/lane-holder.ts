import { setTimeout as delay } from 'node:timers/promises';
import { asError } from '../core/as-error.js';
import type { OutputWait } from './output-waits.js';
import type { FetchedRange, Halt, LogBounds, SourceLog, Telemetry } from './ports.js';
import { LaneLost } from './lane-lost.js';
import { persist, type Persistence, settledWithin } from './retry.js';
import type { SchemaWait } from './schema-waits.js';

export type SessionEnd =
  | { readonly kind: 'left' }
  | { readonly kind: 'lost' }
  /** The log isn't where it was: it must be checked against the state before anything more is read. */
  | { readonly kind: 'recheck' }
  /** Orders are judged by other rules from now on: it is claimed again to begin with them. */
  | { readonly kind: 'other_rules' }
  /** The store holds less than it confirmed. */
  | { readonly kind: 'went_back'; readonly what: string };

/** The work of a lane under one token, whatever its stage does with the records. `T`: what it calls its topics. */
export interface Session<T extends string> {
  /** Next offsets as the store has them. */
  offsets(): ReadonlyMap<T, number>;
  /** Where delivery stands, queued records included. */
  positions(): ReadonlyMap<T, number>;
  /** False: the range does not continue what was read. */
  fetched(range: FetchedRange<T>): boolean;
  /** The ends of its topics as of the wall clock `askedAt`. */
  bounds(ends: ReadonlyMap<T, LogBounds>, askedAt: number): void;
  schemaWaits(): readonly SchemaWait[];
  outputWaits(): readonly OutputWait[];
  wake(): void;
  /** The log says that a position can't be read. */
  recheck(): void;
  /** Works until it is left, lost or to be claimed anew. */
  run(left: () => 'no' | 'stop' | 'drop'): Promise<SessionEnd>;
}

/** A lane that was claimed and looked at. */
export type Opened<T extends string> =
  /** `begin` tells the figures that it begins with, which follow on that it was claimed. */
  | { readonly kind: 'ready'; readonly version: number; readonly begin: () => Session<T> }
  | { readonly kind: 'halt'; readonly halt: Halt };

export interface HolderParts<T extends string> {
  readonly lane: number;
  readonly source: Pick<SourceLog<T>, 'read' | 'confirmMembership'>;
  readonly telemetry: Pick<Telemetry, 'laneClaimed' | 'laneDropped' | 'laneHalted' | 'stateWentBack' | 'retrying'>;
  /**
   * Claims the lane and prepares it for work. `goOn` throws once the lane is being left; `isHeld`: what comes to an end after the lane
   * was given up has nothing to tell any more.
   */
  readonly open: (goOn: () => void, isHeld: () => boolean) => Promise<Opened<T>>;
  /** A defect: the process should end and be restarted. */
  readonly failed: (error: Error) => void;
}

/** How long a halted lane waits before it looks whether a person said how to go on; ms. */
const HALT_LOOK_MS = 10_000;
/** How long an orderly stop tries to get the last step committed and sent; after that it's left to the next owner; ms. */
const STOP_PATIENCE_MS = 3_000;
/** How long calls under way may take to come back, once nothing more is tried; ms. */
const RETURN_MS = 500;

/**
 * One lane in this worker's hands: claimed, prepared, worked and left. It is claimed again when another token turns up while
 * the group says it is still ours, and stands still while a halt is recorded.
 */
export function holdLane<T extends string>(parts: HolderParts<T>) {
  const { lane, source, telemetry } = parts;
  let leaving: 'no' | 'stop' | 'drop' = 'no';
  let session: Session<T> | null = null;
  let halted: Halt | null = null;
  let reached: ReadonlyMap<T, number> | null = null;
  const persistence: Persistence = { lane, telemetry, stopped: () => leaving !== 'no' };

  const claim = async (): Promise<Session<T> | null> => {
    if (!(await source.confirmMembership())) throw new Error('the group does not confirm this worker as a member yet');
    const opened = await parts.open(goOn, () => leaving !== 'drop');
    // It may be another worker's by now, whose figures and halts are not ours to tell.
    if (leaving === 'drop') return null;
    if (opened.kind === 'halt') return halt(opened.halt);
    halted = null;
    telemetry.laneClaimed(lane, opened.version);
    return opened.begin();
  };
  const goOn = (): void => {
    if (leaving !== 'no') throw new Error('the lane is being left');
  };
  const halt = (found: Halt): null => {
    if (halted?.name !== found.name) telemetry.laneHalted(lane, found);
    halted = found;
    return null;
  };
  /** Claims (again and again over faults), or gives up because the lane is being left. */
  const open = async (): Promise<void> => {
    session = null;
    await persist(persistence, 'claim the lane', async () => {
      session = await claim();
    });
  };
  const afterEnd = async (end: SessionEnd): Promise<void> => {
    session = null;
    if (end.kind === 'went_back') telemetry.stateWentBack(lane, `${end.what}: Redis lost its last writes or was restored to an older state`);
    if (end.kind === 'lost') {
      telemetry.laneDropped(lane, 'another owner claimed it');
      // Two owners that claim at once would take it from each other for ever without a random pause.
      await delay(100 + Math.random() * 900);
    }
    // The log and the check at claim may disagree for a while; asking without a pause would not settle it.
    if (end.kind === 'recheck' || end.kind === 'went_back') await delay(200);
  };
  const run = async (): Promise<void> => {
    while (leaving === 'no') {
      await open();
      if (session === null) {
        for (let waited = 0; waited < HALT_LOOK_MS && leaving === 'no'; waited += 100) await delay(100);
        continue;
      }
      const current: Session<T> = session;
      source.read(lane, current.offsets());
      const end = await current.run(() => leaving);
      reached = current.offsets();
      // Left, or ended by a defect that was told: not to be begun again.
      if (end.kind === 'left') break;
      await afterEnd(end);
    }
  };
  let done: Promise<void> = Promise.resolve();
  return {
    lane,
    start(): void {
      done = run().catch((error: unknown) => {
        if (!(error instanceof LaneLost)) parts.failed(asError(error));
      });
    },
    fetched(range: FetchedRange<T>): void {
      if (session?.fetched(range) === false) source.read(lane, session.positions());
    },
    /** After a rebalance that left the lane here: delivery begins again where it stood. */
    readOn(): void {
      if (session !== null) source.read(lane, session.positions());
    },
    /** The ends of its topics as of the wall clock `askedAt`. */
    bounds(ends: ReadonlyMap<T, LogBounds>, askedAt: number): void {
      session?.bounds(ends, askedAt);
    },
    wake(): void {
      session?.wake();
    },
    /** The log says that a position can't be read: claims anew, and so checks. */
    recheck(): void {
      session?.recheck();
    },
    halt: (): Halt | null => halted,
    isReading: (): boolean => session !== null,
    /** Topics that stand still until a schema was learned. */
    schemaWaits: (): readonly SchemaWait[] => session?.schemaWaits() ?? [],
    outputWaits: (): readonly OutputWait[] => session?.outputWaits() ?? [],
    /** Next offsets to read, also after the lane was left; null before its first claim. For lag tools. */
    offsets: (): ReadonlyMap<T, number> | null => session?.offsets() ?? reached,
    /** Leaves: `stop` finishes what is under way and sends it, `drop` lets go at once because the lane is someone else's. */
    async leave(how: 'stop' | 'drop'): Promise<void> {
      leaving = how;
      session?.wake();
      if (how === 'stop' && (await settledWithin(STOP_PATIENCE_MS, done))) return;
      leaving = 'drop';
      session?.wake();
      await settledWithin(RETURN_MS, done);
    },
  };
}
export type HeldLane<T extends string> = ReturnType<typeof holdLane<T>>;
