import { codeUnitAt } from '../contracts/code-unit.js';
import type { Json } from './assessment.js';

/**
 * A 53-bit digest of a JSON value, in base 36: tells whether what is true now is what was said before.
 * Two rounds of multiply-xor over UTF-16 units (the public-domain cyrb53); not for secrets.
 */
export function fingerprint(value: Json): string {
  const text = JSON.stringify(value);
  const { length } = text;
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  for (let i = 0; i < length; i++) {
    const unit = codeUnitAt(text, i);
    h1 = Math.imul(h1 ^ unit, 2654435761);
    h2 = Math.imul(h2 ^ unit, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return (4294967296 * (2097151 & h2) + (h1 >>> 0)).toString(36);
}
