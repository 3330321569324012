import { codeUnitAt } from '../../contracts/code-unit.js';
import { parseInstant } from '../../contracts/instant.js';
import { instantText } from '../instant-text.js';
import type { DeliveredLine, LineQuantity, OrderLine, Promised } from '../fact.js';
import { putByte, putNumber, putSigned, takeByte, takeNumber, takeSigned } from './bytes.js';
import type { Sink, Source } from './bytes.js';
import { RING_SIZE, TEXT_KINDS, newest, recalled, remember, ringOf } from './memory.js';
import type { FactsMemory, Ring, TextKind } from './memory.js';
import { putText, takeText } from './text.js';

/** How one field of a fact is written and read back; both sides change the memory alike. */
export interface Field<T> {
  readonly put: (sink: Sink, value: T, memory: FactsMemory) => void;
  readonly take: (source: Source, memory: FactsMemory) => T;
}

/** A text that stands for itself. */
export const text: Field<string> = { put: (sink, value) => { putText(sink, value); }, take: (source) => takeText(source) };
export const number: Field<number> = { put: putNumber, take: takeNumber };
export const flag: Field<boolean> = {
  put: (sink, value) => { putByte(sink, value ? 1 : 0); },
  take: (source) => takeByte(source) === 1,
};

/** One of up to 255 values that are known beforehand; the list may only grow at its end. */
export const oneOf = <T extends string>(values: readonly T[]): Field<T> => ({
  put: (sink, value) => { putByte(sink, values.indexOf(value)); },
  take: (source) => {
    const value = values[takeByte(source)];
    if (value === undefined) throw new RangeError('packed facts hold a value that this version does not know');
    return value;
  },
});

export const nullable = <T>(field: Field<T>): Field<T | null> => ({
  put: (sink, value, memory) => {
    putByte(sink, value === null ? 0 : 1);
    if (value !== null) field.put(sink, value, memory);
  },
  take: (source, memory) => (takeByte(source) === 0 ? null : field.take(source, memory)),
});

/** null, a new text, or the n-th remembered one. */
const NONE = 0;
const NEW = 1;
const FIRST = 2;

export const putRecalled = (sink: Sink, value: string, ring: Ring<string>, memory: FactsMemory): void => {
  const known = ring.values.indexOf(value);
  if (known >= 0) {
    putByte(sink, FIRST + known);
    return;
  }
  putByte(sink, NEW);
  putText(sink, value, newest(ring) ?? memory.id);
  remember(ring, value, RING_SIZE);
};
export const takeRecalled = (source: Source, code: number, ring: Ring<string>, memory: FactsMemory): string => {
  if (code !== NEW) return recalled(ring, code - FIRST);
  const value = takeText(source, newest(ring) ?? memory.id);
  remember(ring, value, RING_SIZE);
  return value;
};

/** A text that the order has probably named before. */
export const repeated = (kind: TextKind): Field<string> => {
  const index = TEXT_KINDS.indexOf(kind);
  return {
    put: (sink, value, memory) => { putRecalled(sink, value, ringOf(memory.texts, index), memory); },
    take: (source, memory) => takeRecalled(source, takeByte(source), ringOf(memory.texts, index), memory),
  };
};
export const repeatedOrNull = (kind: TextKind): Field<string | null> => {
  const index = TEXT_KINDS.indexOf(kind);
  return {
    put: (sink, value, memory) => {
      if (value === null) putByte(sink, NONE);
      else putRecalled(sink, value, ringOf(memory.texts, index), memory);
    },
    take: (source, memory) => {
      const code = takeByte(source);
      return code === NONE ? null : takeRecalled(source, code, ringOf(memory.texts, index), memory);
    },
  };
};

// Promises: the two usual ways to write an instant, and dates, as a distance from the fact's time; others as text.
const DAY = 86_400_000;
const RECALLED = 5;
type Form = 'millis' | 'seconds' | 'date' | 'text';
const FORMS: readonly Form[] = ['millis', 'seconds', 'date', 'text'];

const isUtc = (written: string): boolean => {
  const last = written.length - 1;
  // A leap second is counted as the millisecond before it, so its text would not come back.
  return codeUnitAt(written, last) === 90 && codeUnitAt(written, 10) === 84 && codeUnitAt(written, 17) !== 54;
};

const formOf = (promised: Promised): Form => {
  const written = promised.text;
  if (written.length === 10) return promised.instant === null && !Number.isNaN(parseInstant(`${written}T00:00:00Z`)) ? 'date' : 'text';
  if (promised.instant === null || (written.length !== 24 && written.length !== 20) || !isUtc(written)) return 'text';
  return written.length === 24 ? 'millis' : 'seconds';
};

const putPromised = (sink: Sink, promised: Promised, at: number): void => {
  const form = formOf(promised);
  putByte(sink, 1 + FORMS.indexOf(form));
  if (form === 'text') putText(sink, promised.text);
  else if (form === 'date') putSigned(sink, parseInstant(`${promised.text}T00:00:00Z`) / DAY - Math.floor(at / DAY));
  else if (form === 'millis') putSigned(sink, (promised.instant ?? 0) - at);
  else putSigned(sink, (promised.instant ?? 0) / 1000 - Math.floor(at / 1000));
};

const takePromised = (source: Source, form: Form, at: number): Promised => {
  if (form === 'text') {
    const written = takeText(source);
    return { text: written, instant: written.length === 10 ? null : parseInstant(written) };
  }
  const distance = takeSigned(source);
  if (form === 'date') return { text: new Date((distance + Math.floor(at / DAY)) * DAY).toISOString().slice(0, 10), instant: null };
  if (form === 'millis') return { text: instantText(distance + at), instant: distance + at };
  const instant = (distance + Math.floor(at / 1000)) * 1000;
  return { text: `${new Date(instant).toISOString().slice(0, 19)}Z`, instant };
};

/** `instant` must be what the text says, as it is in every fact; the text comes back to the letter. */
export const promised: Field<Promised | null> = {
  put: (sink, value, memory) => {
    if (value === null) {
      putByte(sink, 0);
      return;
    }
    const { values } = memory.promises;
    for (let i = 0; i < values.length; i += 1) {
      if (values[i]?.text === value.text) {
        putByte(sink, RECALLED + i);
        return;
      }
    }
    putPromised(sink, value, memory.at);
    remember(memory.promises, value, RING_SIZE);
  },
  take: (source, memory) => {
    const code = takeByte(source);
    if (code === 0) return null;
    if (code >= RECALLED) return recalled(memory.promises, code - RECALLED);
    const value = takePromised(source, FORMS[code - 1] as Form, memory.at);
    remember(memory.promises, value, RING_SIZE);
    return value;
  },
};

// Lines: each is compared with the line at its place in the list named last.
const SAME_ID = 1;
const SAME_QUANTITY = 2;
const SAME_SKU = 4;
const SUBSTITUTE = 8;
const SAID = 16;
const APPROVED = 32;

type AnyLine = FactsMemory['lines'][number];

const sameness = (line: AnyLine, like: AnyLine | undefined): number =>
  like === undefined
    ? 0
    : (line.lineId === like.lineId ? SAME_ID : 0)
      | (Object.is(line.quantity, like.quantity) ? SAME_QUANTITY : 0)
      | (line.sku !== undefined && line.sku === like.sku ? SAME_SKU : 0);

const deliveredBits = (line: AnyLine): number =>
  (line.substituteFor != null ? SUBSTITUTE : 0)
  | (line.substitutionApproved != null ? SAID : 0)
  | (line.substitutionApproved === true ? APPROVED : 0);

/** `like`: the line at its place in the last list; `before`: where there is none, the one before it in its own. */
const putLine = (sink: Sink, line: AnyLine, like: AnyLine | undefined, before: AnyLine | undefined): void => {
  const bits = sameness(line, like) | deliveredBits(line);
  const model = like ?? before;
  putByte(sink, bits);
  if ((bits & SAME_ID) === 0) putText(sink, line.lineId, model?.lineId);
  if ((bits & SAME_QUANTITY) === 0) putNumber(sink, line.quantity);
  if (line.sku !== undefined && (bits & SAME_SKU) === 0) putText(sink, line.sku, model?.sku);
  if (line.substituteFor != null) putText(sink, line.substituteFor, model?.lineId);
};

const takeLine = (source: Source, kind: LineKind, like: AnyLine | undefined, before: AnyLine | undefined): AnyLine => {
  const bits = takeByte(source);
  const model = like ?? before;
  const lineId = (bits & SAME_ID) !== 0 && like !== undefined ? like.lineId : takeText(source, model?.lineId);
  const quantity = (bits & SAME_QUANTITY) !== 0 && like !== undefined ? like.quantity : takeNumber(source);
  if (kind === 'quantity') return { lineId, quantity };
  const sku = (bits & SAME_SKU) !== 0 && like?.sku !== undefined ? like.sku : takeText(source, model?.sku);
  if (kind === 'order') return { lineId, quantity, sku };
  return {
    lineId, quantity, sku,
    substituteFor: (bits & SUBSTITUTE) !== 0 ? takeText(source, model?.lineId) : null,
    substitutionApproved: (bits & SAID) !== 0 ? (bits & APPROVED) !== 0 : null,
  };
};

type LineKind = 'quantity' | 'order' | 'delivered';

const lines = <L extends LineQuantity>(kind: LineKind): Field<readonly L[]> => ({
  put: (sink, list, memory) => {
    putNumber(sink, list.length);
    for (let i = 0; i < list.length; i += 1) putLine(sink, list[i] as AnyLine, memory.lines[i], list[i - 1]);
    memory.lines = list;
  },
  take: (source, memory) => {
    const length = takeNumber(source);
    const list: AnyLine[] = [];
    for (let i = 0; i < length; i += 1) list.push(takeLine(source, kind, memory.lines[i], list[i - 1]));
    memory.lines = list;
    return list as unknown as readonly L[];
  },
});

export const lineQuantities: Field<readonly LineQuantity[]> = lines('quantity');
export const orderLines: Field<readonly OrderLine[]> = lines('order');
export const deliveredLines: Field<readonly DeliveredLine[]> = lines('delivered');
