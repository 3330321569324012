import type { IntakeStore, KeptValue } from './ports.js';

/** How values are written. */
export interface Codec<V> {
  pack(value: V): Buffer;
  unpack(bytes: Buffer): V;
}

export interface RememberedParts<V> {
  readonly load: IntakeStore['load'];
  readonly codec: Codec<V>;
  /** Begins every name, so that kinds of values keep apart. */
  readonly kind: string;
  /** Values kept at hand between steps. */
  readonly most: number;
}

/** Values that the store keeps by their names. What a step needs is fetched before, in one call; what it changes is taken with `writes`. */
export interface Remembered<V> {
  readonly prepare: (names: Iterable<string>) => Promise<void>;
  /** @throws when the name was not prepared: a defect */
  get(name: string): V | undefined;
  set(name: string, value: V): void;
  /** What was set since the last call. */
  writes(): readonly KeptValue[];
}

export function createRemembered<V>({ load, codec, kind, most }: RememberedParts<V>): Remembered<V> {
  /** undefined: the store has nothing under this name. Oldest first. */
  const known = new Map<string, V | undefined>();
  let changed = new Set<string>();
  const touch = (name: string, value: V | undefined): void => {
    known.delete(name);
    known.set(name, value);
  };
  /** Values that were changed must not be asked for anew before they are written. */
  const forget = (needed: ReadonlySet<string>): void => {
    for (const name of known.keys()) {
      if (known.size <= most) return;
      if (!changed.has(name) && !needed.has(name)) known.delete(name);
    }
  };
  return {
    async prepare(names) {
      const needed = new Set(names);
      const missing = [...needed].filter((name) => !known.has(name));
      for (const name of needed) if (known.has(name)) touch(name, known.get(name));
      const found = missing.length === 0 ? [] : await load(missing.map((name) => kind + name));
      missing.forEach((name, i) => {
        const bytes = found[i] ?? null;
        touch(name, bytes === null ? undefined : codec.unpack(bytes));
      });
      forget(needed);
    },
    get(name) {
      if (!known.has(name)) throw new Error('a value was asked for that was not fetched before the step');
      return known.get(name);
    },
    set(name, value) {
      known.set(name, value);
      changed.add(name);
    },
    writes() {
      const written = [...changed].map((name): KeptValue => ({ id: kind + name, value: codec.pack(known.get(name) as V) }));
      changed = new Set();
      return written;
    },
  };
}
