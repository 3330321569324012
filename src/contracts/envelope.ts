/// <reference lib="es2024.string" />
import { z } from 'zod';
import { isInstant, isPromise } from './instant.js';
import { PLACE_KEYS } from './names.js';
import type { SourceEventType } from './source-types.js';
import { isTimeZone } from './time-zone.js';

/**
 * The words that source events are made of. None of them transforms: a validated event is what was sent, so that one
 * definition gives the type, the check and the published schema. A `null` in an optional field counts as missing.
 */

/** Longest identifier and label, in characters (Unicode code points, as JSON Schema counts). */
export const LONGEST_TEXT = 256;

const INSTANT_PATTERN =
  '^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:\\d{2})$';
const PROMISE_PATTERN = `^\\d{4}-\\d{2}-\\d{2}$|${INSTANT_PATTERN}`;

/** A surrogate pair is one character but two units, so up to twice the units may be fine. */
const fits = (text: string): boolean =>
  text.length <= LONGEST_TEXT || (text.length <= 2 * LONGEST_TEXT && [...text].length <= LONGEST_TEXT);

/**
 * An identifier can stand as a key and be compared byte by byte, hence well-formed: a lone surrogate has no UTF-8, and
 * two of them would become the same bytes.
 */
export const isIdentifier = (text: string): boolean => text.length > 0 && fits(text) && text.isWellFormed();
/** A label groups things in measures and may be empty. */
export const isLabel = (text: string): boolean => fits(text) && text.isWellFormed();
export const isCurrency = (text: string): boolean => /^[A-Z]{3}$/.test(text);
export const isQuantity = (value: number): boolean => value >= 0;

const wanted = (input: unknown, size: string): string => (typeof input === 'string' && !input.isWellFormed() ? 'text without halves of surrogate pairs' : size);

export const identifier = z
  .string()
  .refine(isIdentifier, { error: ({ input }) => wanted(input, `1 to ${String(LONGEST_TEXT)} characters`) })
  .meta({ minLength: 1, maxLength: LONGEST_TEXT });

export const label = z
  .string()
  .refine(isLabel, { error: ({ input }) => wanted(input, `at most ${String(LONGEST_TEXT)} characters`) })
  .meta({ maxLength: LONGEST_TEXT });

export const freeText = z.string();

export const instant = z
  .string()
  .refine(isInstant, { error: 'an RFC 3339 instant with an offset' })
  .meta({ format: 'date-time', pattern: INSTANT_PATTERN, description: 'RFC 3339 with an offset; finer digits than milliseconds are cut off' });

export const promise = z
  .string()
  .refine(isPromise, { error: 'an RFC 3339 instant with an offset, or a date YYYY-MM-DD' })
  .meta({
    pattern: PROMISE_PATTERN,
    description: 'An instant, or a date YYYY-MM-DD: the end of that day in the time zone of the order',
  });

export const timeZone = z
  .string()
  .refine(isTimeZone, { error: 'an IANA time zone name' })
  .meta({ description: 'IANA name; offsets are none' });

/** Money in minor units of the currency, of either sign. */
export const money = z.int().meta({ description: 'Minor units' });

export const currency = z
  .string()
  .refine(isCurrency, { error: 'three capital letters (ISO 4217)' })
  .meta({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });

export const quantity = z.number().refine(isQuantity, { error: 'a number of at least 0' }).meta({ minimum: 0 });

export const party = z.enum(['customer', 'company']);

export const place = z
  .object(Object.fromEntries(PLACE_KEYS.map((key) => [key, label.nullish()])) as PlaceShape)
  .meta({ description: `Where and by whom: each at most ${String(LONGEST_TEXT)} characters; other keys are ignored` });
type PlaceShape = Record<(typeof PLACE_KEYS)[number], z.ZodOptional<z.ZodNullable<typeof label>>>;

export const lineQuantity = z.object({ lineId: identifier, quantity });
export const orderLine = z.object({ lineId: identifier, sku: identifier, quantity });
export const deliveredLine = z.object({
  lineId: identifier,
  sku: identifier,
  quantity,
  substituteFor: identifier.nullish().meta({ description: 'The ordered line that this one stands in for' }),
  substitutionApproved: z.boolean().nullish(),
});

/** Fields beyond the envelope; `orderId` and `customerId` may be given to be stricter or looser than the envelope. */
type Fields = Readonly<Record<string, z.ZodType>>;

const envelope = {
  orderId: identifier,
  occurredAt: instant.meta({ description: 'When it happened, not when it was sent' }),
  customerId: identifier.nullish(),
  accountId: identifier.nullish(),
  place: place.nullish(),
};
/** `customerId` and `orderId` of `F` win over the envelope's. */
type EventShape<T extends SourceEventType, F extends Fields> = { id: typeof identifier; type: z.ZodLiteral<T> } & Omit<typeof envelope, keyof F> & F;

/** Schema of one event type: the envelope of all, and what is its own. Extra fields are allowed and ignored. */
export const sourceEvent = <T extends SourceEventType, F extends Fields>(type: T, description: string, fields: F) => {
  const shape: unknown = { id: identifier.meta({ description: 'Unique per event' }), type: z.literal(type), ...envelope, ...fields };
  return z.object(shape as EventShape<T, F>).meta({ description });
};

/** For the topics whose events needn't be about one order. */
export const optionalOrder = { orderId: identifier.nullish().meta({ description: 'Missing: about no single order' }) };

/** One event type as its topic's file declares it. */
export interface Declared<S extends z.ZodType> {
  readonly schema: S;
  readonly example: z.input<S>;
}
