import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { IntakeCommit, IntakeStore } from '../../src/pipeline/mapping/ports.js';
import type { Halt } from '../../src/pipeline/ports.js';
import { Final } from '../../src/pipeline/retry.js';
import type { Decision } from '../../src/pipeline/upkeep.js';
import { entry, everyByte, ODD_IDS, progress } from '../support/store-under-test.js';

/** What the intake relies on, run against each store. */

export interface IntakeStoreUnderTest {
  readonly store: IntakeStore;
  /** As `touchpoint lanes resume` does it. */
  readonly decide: (halt: Halt | null, decision: Decision) => Promise<boolean>;
  /** Ends it; the next one made is empty. */
  end(): Promise<void>;
}

const HALT: Halt = { name: 'records_lost', message: 'Offset 5 of "erp.orders/0" is gone.', since: 1_700_000_000_000 };
const DECISION: Decision = { kind: 'accept_loss', halt: 'records_lost' };
const NOTHING = { topics: new Map(), seq: 0, lastWait: 0, outbox: null, values: [], waits: [], released: [] } satisfies Partial<IntakeCommit>;
const bytes = (text: string): Buffer => Buffer.from(text);

export const intakeStoreContract = (name: string, make: () => Promise<IntakeStoreUnderTest>): void => {
  describe(name, () => {
    let under: IntakeStoreUnderTest;
    let store: IntakeStore;
    beforeEach(async () => {
      under = await make();
      ({ store } = under);
    });
    afterEach(async () => {
      await under.end();
    });
    /** Claims, and commits these on top of each other. Resolves to the token. */
    const owned = async (...steps: readonly Partial<IntakeCommit>[]): Promise<string> => {
      const { token, version } = await store.claim();
      for (const [i, step] of steps.entries()) expect(await store.commit({ ...NOTHING, token, base: version + i, ...step })).toEqual({ token, version: version + i + 1 });
      return token;
    };
    const waiting = async (): Promise<unknown[]> => {
      const found: [number, string][] = [];
      await store.waits(({ number, value }) => { found.push([number, value.toString()]); });
      return found.sort(([a], [b]) => a - b);
    };
    /** All that can be seen of it; claims it. */
    const seen = async () => {
      const { token: _, ...claimed } = await store.claim();
      return { ...claimed, values: (await store.load(['l:a', 'l:b'])).map(String), waits: await waiting() };
    };

    test('a new one holds nothing', async () => {
      expect(await store.held()).toEqual({ token: null, version: 0 });
      const claimed = await store.claim();
      expect(claimed).toEqual({ token: claimed.token, version: 0, topics: new Map(), seq: 0, lastWait: 0, outbox: [], halt: null, decision: null });
      expect([await store.load(['l:a']), await store.load([]), await waiting()]).toEqual([[null], [], []]);
      expect(await store.held()).toEqual({ token: claimed.token, version: 0 });
    });

    test('a commit is kept whole, and the next one changes what it names', async () => {
      await owned(
        { topics: new Map([['erp.orders/0', progress(3)], ['a/b/11', progress(9)]]), seq: 2, lastWait: 2, outbox: entry(1, 2), values: [{ id: 'l:a', value: everyByte }, { id: 'l:b', value: bytes('b') }], waits: [{ number: 1, value: bytes('one') }, { number: 2, value: bytes('two') }] },
        { topics: new Map([['a/b/11', progress(12)]]), seq: 5, lastWait: 3, outbox: entry(3, 5), values: [{ id: 'l:b', value: bytes('B') }], waits: [{ number: 3, value: bytes('three') }], released: [1, 77] },
      );
      expect(await store.load(['l:a', 'l:c', 'l:b'])).toEqual([everyByte, null, bytes('B')]);
      expect(await seen()).toMatchObject({ version: 2, seq: 5, lastWait: 3, topics: new Map([['erp.orders/0', progress(3)], ['a/b/11', progress(12)]]), outbox: [entry(1, 2), entry(3, 5)], waits: [[2, 'two'], [3, 'three']] });
    });

    test('names of any kind are told apart', async () => {
      await owned({ values: ODD_IDS.map((id) => ({ id: `l:${id}`, value: bytes(id) })), topics: new Map(ODD_IDS.map((id, i) => [`${id}/0`, progress(i + 2)])) });
      expect((await store.load(ODD_IDS.map((id) => `l:${id}`))).map(String)).toEqual(ODD_IDS);
      expect((await store.claim()).topics).toEqual(new Map(ODD_IDS.map((id, i) => [`${id}/0`, progress(i + 2)])));
    });

    test('a commit of thousands of rows, links and waits is kept', async () => {
      const all = Array.from({ length: 9_001 }, (_, i) => i + 1);
      await owned({ lastWait: 9_001, values: all.map((i) => ({ id: `s:${i}`, value: bytes(String(i)) })), waits: all.map((number) => ({ number, value: bytes(String(number)) })) });
      expect((await store.load(all.map((i) => `s:${i}`))).map(Number)).toEqual(all);
      await owned({ released: all.slice(1) });
      expect(await waiting()).toEqual([[1, '1']]);
    });

    test.each<[string, (token: string) => Partial<IntakeCommit>]>([
      ['of a former owner', () => ({ token: 'a former one' })],
      ['on an older version', () => ({ base: 0 })],
      ['on a version that is not there yet', () => ({ base: 2 })],
    ])('a commit %s changes nothing, and says who owns it', async (_, wrong) => {
      await owned({ seq: 1, lastWait: 1, values: [{ id: 'l:a', value: bytes('a') }], waits: [{ number: 1, value: bytes('one') }] });
      const before = await seen();
      const { token } = await store.claim();
      const more = { topics: new Map([['x/0', progress(3)]]), seq: 2, lastWait: 2, outbox: entry(2, 2), values: [{ id: 'l:a', value: bytes('A') }, { id: 'l:b', value: bytes('B') }], waits: [{ number: 2, value: bytes('two') }], released: [1], carriesOut: true };
      expect(await store.commit({ ...more, token, base: 1, ...wrong(token) })).toEqual({ token, version: 1 });
      expect(await seen()).toEqual(before);
    });

    test('a commit that is sent again is applied once', async () => {
      const { token } = await store.claim();
      const commit: IntakeCommit = { ...NOTHING, token, base: 0, seq: 1, outbox: entry(1, 1) };
      expect([await store.commit(commit), await store.commit(commit)]).toEqual([{ token, version: 1 }, { token, version: 1 }]);
      expect((await store.claim()).outbox).toEqual([entry(1, 1)]);
    });

    test.each<[string, Partial<IntakeCommit>]>([
      ['a seq', { seq: 2 ** 53 }], ['a wait', { waits: [{ number: 0.5, value: bytes('') }] }], ['a released wait', { released: [NaN] }],
      ['an offset', { topics: new Map([['x/0', { ...progress(3), next: -Infinity }]]) }],
    ])('a commit whose number of %s no store could keep is refused for good', async (_, wrong) => {
      const { token } = await store.claim();
      await expect(store.commit({ ...NOTHING, token, base: 0, ...wrong })).rejects.toThrow(Final);
      expect(await store.held()).toEqual({ token, version: 0 });
    });

    test('what was given is not changed by what becomes of the caller\'s bytes', async () => {
      const [value, wait, records] = [bytes('value'), bytes('wait'), bytes('records')];
      await owned({ seq: 1, lastWait: 1, outbox: { firstSeq: 1, lastSeq: 1, records }, values: [{ id: 'l:a', value }], waits: [{ number: 1, value: wait }] });
      for (const buffer of [value, wait, records]) buffer.fill(0);
      expect(await seen()).toMatchObject({ values: ['value', 'null'], waits: [[1, 'wait']], outbox: [{ records: bytes('records') }] });
    });

    test('the outbox is trimmed by whole entries, by the owner alone, and never beyond what was given out', async () => {
      const token = await owned({ seq: 2, outbox: entry(1, 2) }, { seq: 3, outbox: entry(3, 3) }, { seq: 9, outbox: entry(4, 9) });
      expect([await store.trim('another', 3), await store.trim(token, 10)]).toEqual([false, false]);
      expect(await store.trim(token, 8)).toBe(true);
      expect((await store.claim()).outbox).toEqual([entry(4, 9)]);
      expect(await store.trim(token, 9)).toBe(false);
    });

    test('a claim makes the former owner powerless', async () => {
      const former = await owned({ seq: 1, outbox: entry(1, 1) });
      const present = await owned();
      expect(present).not.toBe(former);
      expect([await store.trim(former, 1), await store.halt(former, HALT), await store.commit({ ...NOTHING, token: former, base: 1 })]).toEqual([false, false, { token: present, version: 1 }]);
      expect(await seen()).toMatchObject({ halt: null, outbox: [entry(1, 1)] });
    });

    test('a halt is kept for the next owner, until a person decides about this very one', async () => {
      expect(await under.decide(null, DECISION)).toBe(false);
      const token = await owned({ seq: 1 });
      expect(await store.halt(token, HALT)).toBe(true);
      expect(await store.claim()).toMatchObject({ halt: HALT, decision: null });
      expect([await under.decide({ ...HALT, since: 1 }, DECISION), await under.decide(null, DECISION)]).toEqual([false, false]);
      const { token: halted } = await store.claim();
      expect(await under.decide(HALT, DECISION)).toBe(true);
      expect((await store.held()).token).not.toBe(halted);
      expect(await store.claim()).toMatchObject({ version: 1, halt: null, decision: DECISION });
    });

    test('a decision is kept until a commit carries it out', async () => {
      await owned({ seq: 1 });
      await under.decide(null, DECISION);
      await owned({ seq: 2 });
      expect((await store.claim()).decision).toEqual(DECISION);
      await owned({ carriesOut: true });
      expect((await store.claim()).decision).toBeNull();
    });
  });
};
