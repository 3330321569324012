import { createMemoryLaneStore, type MemoryLaneStore } from '../../src/adapters/memory/lane-store.js';
import { commitOutcome } from '../../src/pipeline/commit-outcome.js';

/** A memory store that can be taken back to what it was: everything that changed it is done again, up to a commit. */
export interface RewindableStore {
  readonly store: MemoryLaneStore;
  /** Commits that were applied, over its whole life. */
  readonly commits: () => number;
  /** Forgets everything. */
  readonly empty: () => void;
  /** Forgets the last `distance` commits and everything since the first of them; one is left, as an empty store is another matter. How many it were. */
  readonly goBack: (distance: number) => Promise<number>;
}

interface Change {
  readonly isCommit: boolean;
  readonly again: (store: MemoryLaneStore) => Promise<unknown>;
}

export function createRewindableStore(): RewindableStore {
  let changes: Change[] = [];
  let tokens = 0;
  /** While a claim is done again: the token that it got. */
  let given: string | null = null;
  const fresh = (): MemoryLaneStore => createMemoryLaneStore(() => given ?? `token ${++tokens}`);
  let inner = fresh();
  const noted = <A extends unknown[], R>(call: (store: MemoryLaneStore, ...args: A) => Promise<R>, isCommit: (answer: R, ...args: A) => boolean = () => false) =>
    async (...args: A): Promise<R> => {
      const answer = await call(inner, ...args);
      // Maps may change after the call.
      const copies = args.map((each) => (each instanceof Map ? new Map(each) : each)) as A;
      changes.push({
        isCommit: isCommit(answer, ...args),
        async again(store) {
          given = tokenOf(answer);
          await call(store, ...copies);
          given = null;
        },
      });
      return answer;
    };
  return {
    store: {
      claim: noted((s, ...args: Parameters<MemoryLaneStore['claim']>) => s.claim(...args)), trim: noted((s, ...args: Parameters<MemoryLaneStore['trim']>) => s.trim(...args)), clean: noted((s, ...args: Parameters<MemoryLaneStore['clean']>) => s.clean(...args)), halt: noted((s, ...args: Parameters<MemoryLaneStore['halt']>) => s.halt(...args)), clear: noted((s, ...args: Parameters<MemoryLaneStore['clear']>) => s.clear(...args)), firstSeen: noted((s, ...args: Parameters<MemoryLaneStore['firstSeen']>) => s.firstSeen(...args)),
      commit: noted((s, ...args: Parameters<MemoryLaneStore['commit']>) => s.commit(...args), (answer, _lane, commit) => commitOutcome(answer, commit.token, commit.base) === 'applied'),
      halts: { lanes: () => inner.halts.lanes(), lift: noted((s, ...args: Parameters<MemoryLaneStore['halts']['lift']>) => s.halts.lift(...args)), decide: noted((s, ...args: Parameters<MemoryLaneStore['halts']['decide']>) => s.halts.decide(...args)) },
      measures: {
        journal: (...args) => inner.measures.journal(...args), cells: (...args) => inner.measures.cells(...args), fields: (...args) => inner.measures.fields(...args), view: (...args) => inner.measures.view(...args), customers: (...args) => inner.measures.customers(...args),
        fold: noted((s, ...args: Parameters<MemoryLaneStore['measures']['fold']>) => s.measures.fold(...args)), admit: noted((s, ...args: Parameters<MemoryLaneStore['measures']['admit']>) => s.measures.admit(...args)),
      },
      held: (...args) => inner.held(...args), load: (...args) => inner.load(...args), forgotten: (...args) => inner.forgotten(...args), pass: (...args) => inner.pass(...args), orderIds: (...args) => inner.orderIds(...args), due: (...args) => inner.due(...args),
      nextDue: (...args) => inner.nextDue(...args), dirty: (...args) => inner.dirty(...args), order: (...args) => inner.order(...args), list: (...args) => inner.list(...args),
      lanes: () => inner.lanes(), deadlines: (...args) => inner.deadlines(...args), look: (...args) => inner.look(...args), members: (...args) => inner.members(...args), close: () => inner.close(),
    },
    empty() {
      changes = [];
      tokens += 1_000;
      inner = fresh();
    },
    commits: () => changes.filter(({ isCommit }) => isCommit).length,
    async goBack(distance) {
      const commits = changes.flatMap(({ isCommit }, i) => (isCommit ? [i] : []));
      changes = changes.slice(0, commits[Math.max(1, commits.length - distance)] ?? changes.length);
      const restored = fresh();
      for (const { again } of changes) await again(restored);
      inner = restored;
      return commits.length - changes.filter(({ isCommit }) => isCommit).length;
    },
  };
}

const tokenOf = (answer: unknown): string | null =>
  (typeof answer === 'object' && answer !== null && 'token' in answer && typeof answer.token === 'string' ? answer.token : null);
