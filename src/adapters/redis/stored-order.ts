import type { StoredOrder } from '../../pipeline/ports.js';

/**
 * How an order lies under its key: two bytes that say how many follow of its facts, these, and its state. Where the facts are many, they lie
 * under a key of their own, which grows by appending, and the two bytes are FACTS_ELSEWHERE. Most orders have few, and one key takes some
 * 120 bytes less than two.
 */
export const FACTS_ELSEWHERE = 0xffff;
const HEADER = 2;
const NO_FACTS = Buffer.alloc(0);

/** All of an order. @param facts all of them, few */
export function packOrder(facts: Buffer, state: Buffer): Buffer {
  const packed = Buffer.allocUnsafe(HEADER + facts.length + state.length);
  packed.writeUInt16BE(facts.length);
  facts.copy(packed, HEADER);
  state.copy(packed, HEADER + facts.length);
  return packed;
}

/** Do its facts lie under a key of their own? */
export const hasManyFacts = (packed: Buffer): boolean => packed.readUInt16BE() === FACTS_ELSEWHERE;

/** @param many what lies under the key of many facts, read at the same instant; null: nothing. @throws as `unpackOrder` */
export function storedOrder(packed: Buffer, many: Buffer | null): StoredOrder {
  const { facts, state } = unpackOrder(packed);
  return { facts: facts ?? many ?? NO_FACTS, state };
}

/** `facts` null: they lie under a key of their own. @throws RangeError when the bytes are not what was written */
export function unpackOrder(packed: Buffer): { readonly facts: Buffer | null; readonly state: Buffer } {
  if (hasManyFacts(packed)) return { facts: null, state: packed.subarray(HEADER) };
  const length = packed.readUInt16BE();
  if (HEADER + length > packed.length) throw new RangeError(`an order in Redis is damaged: ${length} bytes of facts in ${packed.length}`);
  return { facts: packed.subarray(HEADER, HEADER + length), state: packed.subarray(HEADER + length) };
}
