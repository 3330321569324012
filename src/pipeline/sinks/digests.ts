import { asError } from '../../core/as-error.js';
import { getOrInsert } from '../../core/get-or-insert.js';
import { createInsistence } from './delivery.js';
import { digestOf } from './digest.js';
import { createHolding, type HeldLetter, type Holding } from './holding.js';
import type { SinkParts } from './sink-parts.js';

/** The digests of one sink, over the partitions of this process. */
export interface Digests {
  /** For the alerts of one partition. */
  holding(): Holding;
  /** Sends what is due by now. */
  wake(): void;
  /** Since when the oldest digest that is not taken yet is due, ms; null: none is due. */
  overdueSince(): number | null;
  /** Calls off what is under way; whatever is held is read again by whoever is next. */
  stop(): Promise<void>;
}

/** Alerts kept for digests: beyond it digests are sent before their time, and partitions wait. Some 10 MB. */
const MOST_HELD = 10_000;

/** null: the sink has no budget, or its receiver no use for digests. */
export function createDigests(parts: SinkParts & { readonly failed: (error: Error) => void }): Digests | null {
  const { name, telemetry, timing, budget, destination: { digest: tell } } = parts;
  if (budget === null || tell === null) return null;
  const ending = new AbortController();
  const { signal } = ending;
  const { insist } = createInsistence(parts, signal);
  const held = new Map<string, HeldLetter>();
  /** By team: when the last digest was made. */
  const madeAt = new Map<string | null, number>();
  let sending: { readonly alerts: number; readonly since: number } | null = null;
  let running: Promise<void> | null = null;

  const count = (): number => held.size + (sending?.alerts ?? 0);
  const isFull = (): boolean => count() >= MOST_HELD;
  /** A team that was just told has its peace, also while old alerts are read again. */
  const dueAt = (team: string | null, letters: readonly HeldLetter[]): number =>
    budget.digestAfterMs + Math.max(madeAt.get(team) ?? -Infinity, Math.min(...letters.map(({ since }) => Date.parse(since))));
  /** The longest first: where there is no room, it makes most. */
  const due = () => [...byTeam(held.values())]
    .map(([team, letters]) => ({ team, letters, at: dueAt(team, letters) })).filter(({ at }) => isFull() || at <= timing.now())
    .sort((a, b) => b.letters.length - a.letters.length);

  const send = async (team: string | null, letters: readonly HeldLetter[]): Promise<void> => {
    for (const { alert } of letters) held.delete(alert.alertId);
    const now = timing.now();
    sending = { alerts: letters.length, since: now };
    madeAt.set(team, now);
    const digest = digestOf(team, letters, budget.worklist(team));
    const outcome = await insist(letters, () => tell(digest, signal));
    sending = null;
    if (outcome === null) return;
    if (outcome === 'taken') telemetry.sinkDigested(name, letters.length);
    else for (const { record, alert } of letters) telemetry.sinkSetAside(name, outcome.why, { place: record, id: alert.id, count: 1 }, outcome.setback.message);
    for (const { release } of letters) release();
  };
  const sendDue = async (): Promise<void> => {
    telemetry.sinkHeld(name, count());
    // Looked at anew each time: while one is sent, alerts of the others change, end, or go to another process.
    for (let [next] = due(); next !== undefined && !signal.aborted; [next] = due()) await send(next.team, next.letters);
    telemetry.sinkHeld(name, count());
  };

  return {
    holding: () => createHolding({ ...parts, budget, held, isFull }),
    wake() {
      running ??= sendDue().catch((error: unknown) => parts.failed(asError(error))).finally(() => { running = null; });
    },
    overdueSince() {
      const since = Math.min(sending?.since ?? Infinity, ...due().map(({ at }) => at));
      return since === Infinity ? null : since;
    },
    async stop() {
      ending.abort();
      await running;
      telemetry.sinkHeld(name, 0);
    },
  };
}

function byTeam(letters: Iterable<HeldLetter>): ReadonlyMap<string | null, readonly HeldLetter[]> {
  const teams = new Map<string | null, HeldLetter[]>();
  for (const letter of letters) getOrInsert(teams, letter.alert.owner, (): HeldLetter[] => []).push(letter);
  return teams;
}
