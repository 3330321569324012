import { AvroFault, exactly } from './avro-bytes.js';

/**
 * Avro's logical types, as the source contract writes what they mean: instants and dates become texts, decimals
 * numbers. What says less than the contract asks for (`local-timestamp-*` has no offset) stays as it is, to be refused.
 */
type Convert = (value: unknown) => unknown;

const DAY_MS = 86_400_000;
const MOST_DIGITS = 15;

const instantOf = (ms: number): string => {
  const at = new Date(ms);
  const year = at.getUTCFullYear();
  // Beyond four digits there is no RFC 3339.
  if (!(year >= 0 && year <= 9_999)) throw new AvroFault('a timestamp is not within the years 0 to 9999');
  return at.toISOString();
};

const whole = (value: unknown): number => {
  if (typeof value !== 'number') throw new AvroFault('a logical type stands on a type that it is not made for');
  return value;
};

const powerOfTen = (schema: Readonly<Record<string, unknown>>): number => {
  const { scale = 0 } = schema;
  if (typeof scale !== 'number' || !Number.isInteger(scale) || scale < 0 || scale > 100) throw new AvroFault('a decimal has no usable scale');
  return scale;
};

/** Two's complement, big-endian. Digits beyond those that every number keeps would be rounded, so they are refused. */
const decimalOf = (bytes: Buffer, scale: number): number => {
  if (bytes.length === 0 || bytes.length > 32) throw new AvroFault('a decimal has no digits, or too many');
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  if (scale === 0) return exactly(unscaled);
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  if (digits.length > MOST_DIGITS) throw new AvroFault(`a decimal has more than ${MOST_DIGITS} digits and would be rounded`);
  return Number(`${String(unscaled)}e-${scale}`);
};

/** How values of this schema are converted; null: they stay as they are. @throws AvroFault on a decimal that can't be read */
export const logicalConversion = (schema: Readonly<Record<string, unknown>>): Convert | null => {
  switch (schema['logicalType']) {
    case 'timestamp-millis': return (value) => instantOf(whole(value));
    case 'timestamp-micros': return (value) => instantOf(Math.floor(whole(value) / 1_000));
    case 'date': return (value) => instantOf(whole(value) * DAY_MS).slice(0, 10);
    case 'decimal': {
      const scale = powerOfTen(schema);
      return (value) => {
        if (!Buffer.isBuffer(value)) throw new AvroFault('a decimal stands on a type that it is not made for');
        return decimalOf(value, scale);
      };
    }
    default: return null;
  }
};
