/**
 * Instants as text, RFC 3339 in UTC with ms. One instant is told several times over (a fact proves a signal, that one a
 * pattern), so the last answers are kept; that and a few table look-ups make it several times as fast as a `Date`.
 */
export function instantText(ms: number): string {
  const slot = ms & (KEPT - 1);
  if (askedFor[slot] === ms) return answers[slot] ?? textOf(ms);
  const text = textOf(ms);
  askedFor[slot] = ms;
  answers[slot] = text;
  return text;
}

/** A power of two. */
const KEPT = 1024;
const askedFor = new Float64Array(KEPT).fill(NaN);
const answers: string[] = new Array<string>(KEPT).fill('');

const DAY = 86_400_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
const THREE_DIGITS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));

/** The day told last, and how the text of its instants begins. */
let day = NaN;
let dayText = '';

/** Throws a RangeError for what is no instant. */
function textOf(ms: number): string {
  const dayOfMs = Math.floor(ms / DAY);
  if (dayOfMs !== day) {
    dayText = new Date(ms).toISOString().slice(0, -13);
    day = dayOfMs;
  }
  const left = Math.trunc(ms) - dayOfMs * DAY;
  const seconds = (left / 1000) | 0;
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  return `${dayText}${TWO_DIGITS[hours] ?? ''}:${TWO_DIGITS[minutes - hours * 60] ?? ''}:${TWO_DIGITS[seconds - minutes * 60] ?? ''}.${THREE_DIGITS[left - seconds * 1000] ?? ''}Z`;
}
