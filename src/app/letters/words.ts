import { instantText } from '../../core/instant-text.js';
import type { Letter } from '../../pipeline/letter.js';

/** Text of records for a terminal. Anybody may have written it: what would steer the terminal is written out. */

const STEERING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const codeOf = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** One line. */
export const printable = (text: string): string => text.replace(STEERING, codeOf);
/** Line breaks and tabs are kept. */
export const printableLines = (text: string): string => text.replace(STEERING, (char) => (char === '\n' || char === '\t' ? char : codeOf(char)));

/** The text that these bytes are in UTF-8; null: they are none. */
export function exactText(bytes: Buffer): string | null {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : null;
}

const LONGEST_KEY = 48;

/** A key on one line. */
export function keyText(key: Buffer | null): string {
  if (key === null) return '(no key)';
  const text = exactText(key);
  if (text === null) return `(${key.length} bytes, not UTF-8)`;
  const line = printable(text);
  return line.length > LONGEST_KEY ? `${line.slice(0, LONGEST_KEY - 1)}…` : line;
}

export const timeText = (ms: number): string => (ms < 0 ? '(no timestamp)' : instantText(ms));

/** `orders/3@120`: where a refused record stood. */
export const sourceText = ({ topic, partition, offset }: Letter['source']): string => `${topic}/${partition}@${offset}`;
