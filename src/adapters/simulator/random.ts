/** Repeatable chance: the same seed gives the same shop, so a demo, a test and a benchmark can be told apart by their seed. */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** A whole number, both ends included. */
  int(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** Picks in proportion to `share`, which need not sum to one. */
  weighted<T extends { readonly share: number }>(items: readonly [T, ...T[]]): T;
  /** Rank in [0, size): small ranks are frequent, as customers who come back are (Zipf with exponent 1). */
  rank(size: number): number;
  /** In the shape of a random UUID. */
  uuid(): string;
  /** Another stream that depends on the seed and the label alone, not on what was drawn so far. */
  fork(label: string | number): Random;
}

/** FNV-1a over the text, started differently per lane so that four lanes fill 128 bits. */
const hash = (text: string, lane: number): number => {
  let sum = (0x811c9dc5 ^ Math.imul(lane, 0x9e3779b1)) >>> 0;
  for (let i = 0; i < text.length; i += 1) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return sum;
};

/** sfc32: small, fast, and passes the usual test batteries; warmed up so that similar seeds part ways. */
const sfc32 = (seed: string): (() => number) => {
  let a = hash(seed, 1) | 0;
  let b = hash(seed, 2) | 0;
  let c = hash(seed, 3) | 0;
  let counter = hash(seed, 4) | 0;
  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i += 1) draw();
  return draw;
};

const hex = (value: number): string => value.toString(16).padStart(8, '0');

/** Builds the stream of one seed. */
export const createRandom = (seed: string): Random => {
  const draw = sfc32(seed);
  const next = (): number => draw() / 0x1_0000_0000;
  const random: Random = {
    next,
    chance: (probability) => next() < probability,
    between: (low, high) => low + next() * (high - low),
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    weighted: (items) => {
      let left = next() * items.reduce((sum, item) => sum + item.share, 0);
      return items.find((item) => (left -= item.share) < 0) ?? items[0];
    },
    rank: (size) => Math.min(size - 1, Math.floor(size ** next()) - 1),
    uuid: () => {
      const [a, b, c, d] = [hex(draw()), hex(draw()), hex(draw()), hex(draw())];
      const variant = '89ab'[draw() & 3] ?? '8';
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
    fork: (label) => createRandom(`${seed}/${label}`),
  };
  return random;
};
