import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryRoot } from '../../support/services/places.js';
import { checkInstallation, type Verdict } from './check.js';
import { type Chance, createChance, runSeed } from './chance.js';
import type { Installation } from './installation.js';
import { logTail } from './state.js';
import type { StoredRecord } from './topics.js';

/** A kind of fault, as often as wanted. */
export interface FaultCase {
  /** Number in the table, such as `1.2`; names the case on the command line. */
  readonly id: string;
  readonly what: string;
  readonly rounds: number;
  readonly timeoutMs: number;
  run(tools: CaseTools): Promise<Outcome>;
}

export interface CaseTools {
  readonly chance: Chance;
  readonly rounds: number;
  /** Ended whatever happens. */
  readonly use: (installation: Installation) => Installation;
  /** Done at the end, last first, whatever happens. */
  readonly cleanUp: (action: () => Promise<unknown>) => void;
}

export interface Outcome {
  readonly verdict: Verdict;
  /** From each fault until something was published again; ms. */
  readonly delays: readonly number[];
  /** What an operator saw of it. */
  readonly seen: string;
  readonly note?: string;
}

export const ROWS = join(repositoryRoot, '.cache', 'faults');

/** One line of the table. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly rounds: number;
  readonly records: number;
  readonly lost: number;
  readonly doubled: number;
  readonly repeats: number;
  readonly delays: readonly number[];
  readonly seen: string;
  readonly note: string;
  readonly seed: string;
  readonly seconds: number;
  /** What was wrong, shortened; null: the case passed. */
  readonly failure: string | null;
}

/** A test of the case; `full`: its row is kept for the table, also where it failed, so that no older success speaks for it. */
export function faultTest(fault: FaultCase, full: boolean): void {
  test(`${fault.id} ${fault.what} (${fault.rounds} rounds)`, async () => {
    const seed = `${runSeed}-${fault.id}`;
    const actions: (() => Promise<unknown>)[] = [];
    const installations: Installation[] = [];
    const begun = performance.now();
    const rowOf = (verdict: Omit<Verdict, 'problems'>, failure: string | null, { delays = [], seen = '', note = '' }: Partial<Outcome> = {}): Row => ({
      id: fault.id, what: fault.what, rounds: fault.rounds, records: verdict.records, lost: verdict.lost, doubled: verdict.doubled, repeats: verdict.repeats,
      delays, seen, note, seed: runSeed, seconds: Math.round((performance.now() - begun) / 1_000), failure,
    });
    const tell = (row: Row): void => {
      process.stdout.write(`${JSON.stringify(row)}\n`);
      if (full) keep(row);
    };
    let isTold = false;
    // Also of a case that is cut off from outside.
    if (full) keep(rowOf(NOTHING, 'it did not come to its end'));
    try {
      const outcome = await fault.run({
        chance: createChance(seed), rounds: fault.rounds,
        use(installation) {
          actions.push(() => installation.close());
          installations.push(installation);
          return installation;
        },
        cleanUp: (action) => void actions.push(action),
      });
      const { records, problems } = outcome.verdict;
      const wrong = problems.slice(0, 10).map((text) => text.slice(0, 400));
      if (records === 0) wrong.push('no record was compared');
      isTold = true;
      tell(rowOf(outcome.verdict, wrong[0] ?? null, outcome));
      expect(wrong).toEqual([]);
    } catch (error) {
      if (!isTold) tell(rowOf(NOTHING, String(error).slice(0, 400)));
      process.stdout.write(`${fault.id} failed; again with TOUCHPOINT_FAULTS_SEED=${runSeed}\n${installations.map(logTail).join('\n')}\n`);
      throw error;
    } finally {
      for (const action of actions.toReversed()) await action().catch(() => undefined);
    }
  }, fault.timeoutMs);
}

const NOTHING = { records: 0, lost: 0, doubled: 0, repeats: 0 };

function keep(row: Row): void {
  mkdirSync(ROWS, { recursive: true });
  writeFileSync(join(ROWS, `${row.id}.json`), JSON.stringify(row));
}

/** Several installations of one case together. */
export const together = (verdicts: readonly Verdict[]): Verdict => ({
  records: verdicts.reduce((sum, v) => sum + v.records, 0), lost: verdicts.reduce((sum, v) => sum + v.lost, 0),
  doubled: verdicts.reduce((sum, v) => sum + v.doubled, 0), repeats: verdicts.reduce((sum, v) => sum + v.repeats, 0),
  problems: verdicts.flatMap((v) => v.problems),
});

/** Ends the load, lets everything come to rest, and compares. */
export async function concluded(installation: Installation, isCommitted?: (record: StoredRecord) => boolean): Promise<Verdict> {
  await installation.load.stop();
  return checkInstallation(installation, isCommitted);
}
