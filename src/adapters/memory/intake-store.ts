import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { checkIntakeCommit } from '../../pipeline/mapping/check-commit.js';
import type { ClaimedIntake, IntakeCommit, IntakeStore } from '../../pipeline/mapping/ports.js';
import type { Halt, OutboxEntry, TopicProgress } from '../../pipeline/ports.js';
import type { Decision } from '../../pipeline/upkeep.js';

interface State {
  token: string | null;
  version: number;
  readonly topics: Map<string, TopicProgress>;
  seq: number;
  lastWait: number;
  outbox: OutboxEntry[];
  halt: Halt | null;
  decision: Decision | null;
  readonly values: Map<string, Buffer>;
  readonly waits: Map<number, Buffer>;
}

export interface MemoryIntakeStore extends IntakeStore {
  /** As `touchpoint lanes resume` does it, see LaneHalts. False: another halt stands, or none, or nobody ever claimed the intake. */
  decide(halt: Halt | null, decision: Decision): Promise<boolean>;
  /** As it is, without claiming it. */
  look(): Omit<ClaimedIntake, 'token'> & { readonly waiting: number };
}

/** What the intake keeps, in this process's memory: for tests. */
export function createMemoryIntakeStore(newToken: () => string = randomUUID): MemoryIntakeStore {
  const state: State = { token: null, version: 0, topics: new Map(), seq: 0, lastWait: 0, outbox: [], halt: null, decision: null, values: new Map(), waits: new Map() };
  return {
    async claim() {
      const token = newToken();
      state.token = token;
      const { version, topics, seq, lastWait, outbox, halt, decision } = state;
      return { token, version, seq, lastWait, halt, decision, topics: new Map(topics), outbox: [...outbox] } satisfies ClaimedIntake;
    },
    async held() {
      return { token: state.token, version: state.version };
    },
    async load(ids) {
      return ids.map((id) => state.values.get(id) ?? null);
    },
    async waits(take) {
      for (const [number, value] of state.waits) take({ number, value });
    },
    async commit(commit) {
      checkIntakeCommit(commit);
      if (state.token === commit.token && state.version === commit.base) apply(state, commit);
      return { token: state.token, version: state.version };
    },
    async trim(token, seq) {
      if (state.token !== token || seq > state.seq) return false;
      state.outbox = state.outbox.filter(({ lastSeq }) => lastSeq > seq);
      return true;
    },
    async halt(token, halt) {
      if (state.token !== token) return false;
      state.halt = halt;
      return true;
    },
    look: () => ({ ...state, topics: new Map(state.topics), outbox: [...state.outbox], waiting: state.waits.size }),
    async decide(halt, decision) {
      if (state.token === null || !isDeepStrictEqual(state.halt, halt)) return false;
      Object.assign(state, { halt: null, decision, token: newToken() });
      return true;
    },
  };
}

function apply(state: State, commit: IntakeCommit): void {
  for (const [topic, progress] of commit.topics) state.topics.set(topic, progress);
  for (const { id, value } of commit.values) state.values.set(id, Buffer.from(value));
  for (const { number, value } of commit.waits) state.waits.set(number, Buffer.from(value));
  for (const number of commit.released) state.waits.delete(number);
  if (commit.outbox !== null) state.outbox.push({ ...commit.outbox, records: Buffer.from(commit.outbox.records) });
  if (commit.carriesOut === true) state.decision = null;
  state.seq = commit.seq;
  state.lastWait = commit.lastWait;
  state.version += 1;
}
