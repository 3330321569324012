import type { Fact } from '../../core/fact.js';
import { createFactsMemory, packFacts, unpackFacts } from '../../core/facts-codec.js';

/**
 * Facts of many orders in little room: packed one by one, each with the place of the one before it of the same order.
 * A place is a number above 0; 0 is that of no fact.
 */
export interface FactArena {
  /** @param before place of the order's last fact; returns the place of this one */
  add(before: number, fact: Fact): number;
  /** An order's facts in the order in which they were added. */
  read(last: number): Fact[];
}

const CHUNK_BYTES = 4_194_304;
/** Place of the fact before (float64), then the length (uint32). */
const HEAD = 12;

/** The bytes of a fact by itself: equal for facts that say the same from the same place. */
export const packAlone = (fact: Fact): Uint8Array => packFacts([fact], createFactsMemory());

export function createFactArena(): FactArena {
  const chunks: Buffer[] = [];
  /** Where the next fact goes in the last chunk. */
  let end = CHUNK_BYTES;
  const roomFor = (length: number): Buffer => {
    let chunk = chunks.at(-1);
    if (chunk === undefined || end + length > chunk.length) {
      chunk = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, length));
      chunks.push(chunk);
      end = 0;
    }
    return chunk;
  };
  return {
    add(before, fact) {
      const bytes = packAlone(fact);
      const chunk = roomFor(HEAD + bytes.length);
      // A longer chunk holds one fact alone, at its beginning.
      const place = (chunks.length - 1) * CHUNK_BYTES + end + 1;
      chunk.writeDoubleBE(before, end);
      chunk.writeUInt32BE(bytes.length, end + 8);
      chunk.set(bytes, end + HEAD);
      end += HEAD + bytes.length;
      return place;
    },
    read(last) {
      const facts: Fact[] = [];
      for (let place = last; place > 0;) {
        const chunk = chunks[Math.floor((place - 1) / CHUNK_BYTES)];
        const at = (place - 1) % CHUNK_BYTES;
        if (chunk === undefined) throw new RangeError(`no fact stands at place ${place}`);
        const body = at + HEAD;
        facts.push(...unpackFacts(chunk.subarray(body, body + chunk.readUInt32BE(at + 8))));
        place = chunk.readDoubleBE(at);
      }
      return facts.reverse();
    },
  };
}
