import { SOURCE_TOPICS } from '../contracts/names.js';
import type { Place } from '../contracts/names.js';
import type { Fact } from './fact.js';
import { BODY_PACKINGS, TYPE_CODES } from './packing/bodies.js';
import type { BodyPacking } from './packing/bodies.js';
import { createSink, putByte, putSigned, takeByte, takeSigned } from './packing/bytes.js';
import type { Sink, Source } from './packing/bytes.js';
import { putRecalled, takeRecalled } from './packing/fields.js';
import { PLACE_RING_SIZE, createFactsMemory, recalled, remember, ringOf } from './packing/memory.js';
import type { FactsMemory } from './packing/memory.js';
import { putText, takeText } from './packing/text.js';
import { NOWHERE, isSamePlace, placeOfValues, valuesOf } from './place.js';
import type { PlaceValues } from './place.js';

export { createFactsMemory } from './packing/memory.js';
export type { FactsMemory } from './packing/memory.js';

/**
 * An order's facts as bytes, in the order in which they came: a version, then fact after fact, each written with what
 * the facts before it make known (packing/memory.ts). Appending needs that memory, not the bytes.
 *
 * A fact: one byte of topic (3 bits) and type (5), one that says what of the customer, the account and the place is as
 * before, the id, time and offset as distances from the last ones, then what is new of customer, account, place, and
 * the body.
 */
export const FACTS_FORMAT = 1;

// The second byte: two bits for the customer, two for the account, four for the place.
const NONE = 0;
const SAME = 1;
const NEW = 2;
const PLACE_NEW = 1;
const PLACE_FIRST = 2;

/** Of a place's mask: its keys follow. Seven keys leave this bit. */
const OTHER_KEYS = 128;
const keysOf = (values: PlaceValues): number => {
  let mask = 0;
  for (let i = 0; i < values.length; i += 1) if (values[i] !== undefined) mask |= 1 << i;
  return mask;
};
const NO_VALUES: PlaceValues = valuesOf(NOWHERE);

const placeCode = (place: Place | null, memory: FactsMemory): number => {
  if (place === null) return NONE;
  const { values } = memory.places;
  for (let i = 0; i < values.length; i += 1) if (isSamePlace(values[i] as Place, place)) return PLACE_FIRST + i;
  return PLACE_NEW;
};

/**
 * Which keys are as in the place named last, and the others' texts. Where the keys themselves aren't those of that place,
 * the first byte says so and a second one names them.
 */
const putPlace = (sink: Sink, place: Place, memory: FactsMemory): void => {
  const values = valuesOf(place);
  const before = memory.place === null ? NO_VALUES : valuesOf(memory.place);
  const present = keysOf(values);
  let same = 0;
  for (let i = 0; i < values.length; i += 1) if (values[i] !== undefined && before[i] === values[i]) same |= 1 << i;
  if (memory.place !== null && keysOf(before) === present) putByte(sink, same);
  else {
    putByte(sink, same | OTHER_KEYS);
    putByte(sink, present);
  }
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    if (value !== undefined && (same & (1 << i)) === 0) putRecalled(sink, value, ringOf(memory.placeTexts, i), memory);
  }
};

const takePlace = (source: Source, memory: FactsMemory): Place => {
  const same = takeByte(source);
  const before = memory.place === null ? NO_VALUES : valuesOf(memory.place);
  const present = (same & OTHER_KEYS) !== 0 ? takeByte(source) : keysOf(before);
  const values = NO_VALUES.slice();
  for (let i = 0; i < values.length; i += 1) {
    if ((present & (1 << i)) === 0) continue;
    values[i] = (same & (1 << i)) !== 0 ? before[i] : takeRecalled(source, takeByte(source), ringOf(memory.placeTexts, i), memory);
  }
  return placeOfValues(values);
};

const codeOf = (value: string | null, before: string | null): number => (value === null ? NONE : value === before ? SAME : NEW);

const putFact = (sink: Sink, fact: Fact, memory: FactsMemory): void => {
  const topic = SOURCE_TOPICS.indexOf(fact.topic);
  const type = TYPE_CODES.get(fact.type);
  if (type === undefined || topic < 0) throw new RangeError(`a fact of type ${fact.type} can't be packed`);
  const customer = codeOf(fact.customerId, memory.customerId);
  const account = codeOf(fact.accountId, memory.accountId);
  const place = placeCode(fact.place, memory);
  putByte(sink, (topic << 5) | type);
  putByte(sink, customer | (account << 2) | (place << 4));
  putText(sink, fact.id, memory.id);
  putSigned(sink, fact.at - memory.at);
  putSigned(sink, fact.offset - (memory.offsets[topic] ?? 0));
  memory.id = fact.id;
  memory.at = fact.at;
  memory.offsets[topic] = fact.offset;
  if (customer === NEW) putText(sink, fact.customerId ?? '');
  if (account === NEW) putText(sink, fact.accountId ?? '');
  memory.customerId = fact.customerId ?? memory.customerId;
  memory.accountId = fact.accountId ?? memory.accountId;
  if (fact.place !== null && place === PLACE_NEW) {
    putPlace(sink, fact.place, memory);
    remember(memory.places, fact.place, PLACE_RING_SIZE);
  }
  memory.place = fact.place ?? memory.place;
  (BODY_PACKINGS[type] as BodyPacking).put(sink, fact.body, memory);
};

const takeKnown = (source: Source, code: number, before: string | null): string | null =>
  code === NONE ? null : code === SAME ? before : takeText(source);

const takeHeaderPlace = (source: Source, code: number, memory: FactsMemory): Place | null => {
  if (code === NONE) return null;
  if (code >= PLACE_FIRST) return recalled(memory.places, code - PLACE_FIRST);
  const place = takePlace(source, memory);
  remember(memory.places, place, PLACE_RING_SIZE);
  return place;
};

const takeFact = (source: Source, memory: FactsMemory): Fact => {
  const first = takeByte(source);
  const codes = takeByte(source);
  const topicCode = first >> 5;
  const topic = SOURCE_TOPICS[topicCode];
  const packing = BODY_PACKINGS[first & 31];
  if (topic === undefined || packing === undefined) throw new RangeError('packed facts hold a type that this version does not know');
  const id = takeText(source, memory.id);
  const at = memory.at + takeSigned(source);
  const offset = (memory.offsets[topicCode] ?? 0) + takeSigned(source);
  memory.id = id;
  memory.at = at;
  memory.offsets[topicCode] = offset;
  const customerId = takeKnown(source, codes & 3, memory.customerId);
  const accountId = takeKnown(source, (codes >> 2) & 3, memory.accountId);
  memory.customerId = customerId ?? memory.customerId;
  memory.accountId = accountId ?? memory.accountId;
  const place = takeHeaderPlace(source, codes >> 4, memory);
  memory.place = place ?? memory.place;
  return { id, at, customerId, accountId, place, topic, offset, type: packing.type, body: packing.take(source, memory) } as unknown as Fact;
};

const scratch = createSink(4096);

/**
 * The bytes to append for these facts, in this order. `memory` must be that of the facts packed before (a new one for a
 * new order, or as `unpackFacts` left it) and moves on; a new order's bytes begin with the format's version.
 */
export const packFacts = (facts: readonly Fact[], memory: FactsMemory): Uint8Array => {
  scratch.at = 0;
  if (facts.length > 0 && memory.fresh) {
    putByte(scratch, FACTS_FORMAT);
    memory.fresh = false;
  }
  for (const fact of facts) putFact(scratch, fact, memory);
  return scratch.bytes.slice(0, scratch.at);
};

/**
 * The facts in the order in which they were packed. A `memory` that is given (a new one) is left ready for appending.
 * Throws a RangeError on another format and on bytes that end early.
 */
export const unpackFacts = (bytes: Uint8Array, memory: FactsMemory = createFactsMemory()): Fact[] => {
  const facts: Fact[] = [];
  if (bytes.length === 0) return facts;
  if (bytes[0] !== FACTS_FORMAT) {
    throw new RangeError(`facts are packed in format ${String(bytes[0])}; this version reads format ${String(FACTS_FORMAT)}`);
  }
  memory.fresh = false;
  const source: Source = { bytes, at: 1 };
  while (source.at < bytes.length) facts.push(takeFact(source, memory));
  return facts;
};
