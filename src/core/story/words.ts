/** How dates, amounts and spans are put into words for people; English, short, without anything a terminal could trip over. */
export interface Words {
  /** Day and minute of an instant: `12 Jun 09:10`; with the year where it isn't the story's. */
  moment(at: number): string;
  /** A promise as it was given: a day stays a day. */
  promise(promised: { readonly text: string; readonly instant: number | null }): string;
  /** Minor units as an amount of the order's currency, or as a bare number of minor units where none is known. */
  money(minor: number): string;
  /** A free text of others, on one line, cut to a bearable length. */
  quoted(text: string): string;
}

export interface WordsOptions {
  /** IANA name. */
  readonly zone: string;
  /** ISO 4217; null: unknown. */
  readonly currency: string | null;
  /** The year that need not be said; null: it is always said. */
  readonly year: number | null;
}

const QUOTED_AT_MOST = 60;

const dateFormats = new Map<string, Intl.DateTimeFormat>();
const dateFormat = (zone: string): Intl.DateTimeFormat => {
  let format = dateFormats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit',
    });
    dateFormats.set(zone, format);
  }
  return format;
};

const moneyFormats = new Map<string, { format: Intl.NumberFormat; unit: number } | null>();
/** null for a text that is no currency to Intl. */
const moneyFormat = (currency: string): { format: Intl.NumberFormat; unit: number } | null => {
  const known = moneyFormats.get(currency);
  if (known !== undefined) return known;
  let made: { format: Intl.NumberFormat; unit: number } | null = null;
  try {
    const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency, currencyDisplay: 'code' });
    made = { format, unit: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
  } catch {
    // Three capitals are enough for the contract, not for Intl on every platform: fall back to minor units.
  }
  moneyFormats.set(currency, made);
  return made;
};

interface Parts { readonly day: string; readonly month: string; readonly year: string; readonly time: string }

const partsOf = (at: number, zone: string): Parts => {
  const found: Record<string, string> = {};
  for (const { type, value } of dateFormat(zone).formatToParts(at)) found[type] = value;
  const { day = '', month = '', year = '', hour = '', minute = '' } = found;
  return { day, month, year, time: `${hour}:${minute}` };
};

/** The year of an instant in a zone. */
export const yearOf = (at: number, zone: string): number => Number(partsOf(at, zone).year);

/**
 * A span of time in its two largest units: `2 d 4 h`, `35 min`, `20 s`; less than a second is `under a second`.
 * The span is in ms; its sign is not said.
 */
export const span = (ms: number): string => {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  if (seconds === 0) return 'under a second';
  const units = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']] as const;
  const first = units.findIndex(([size]) => seconds >= size);
  let left = seconds;
  const said: string[] = [];
  for (const [size, name] of units.slice(first, first + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) said.push(`${count} ${name}`);
  }
  return said.join(' ');
};

/** Control characters, and those that would turn the reading direction of what follows. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

/** A text of others on one line and of at most `limit` characters. */
export const oneLine = (text: string, limit: number): string => {
  const characters = [...text.replace(UNPRINTABLE, ' ').trim()];
  return characters.length > limit ? `${characters.slice(0, limit - 3).join('')}...` : characters.join('');
};

/** Builds the words of one order's story. */
export const createWords = ({ zone, currency, year }: WordsOptions): Words => {
  const dated = (parts: Parts): string => `${parts.day} ${parts.month}${Number(parts.year) === year ? '' : ` ${parts.year}`}`;
  const moment = (at: number): string => {
    const parts = partsOf(at, zone);
    return `${dated(parts)} ${parts.time}`;
  };
  return {
    moment,
    promise: ({ text, instant }) => (instant === null ? dated(partsOf(Date.parse(`${text}T12:00:00Z`), 'UTC')) : moment(instant)),
    money: (minor) => {
      const found = currency === null ? null : moneyFormat(currency);
      // Intl sets the code off by a no-break space, which some terminals and fonts lack.
      return found === null ? `${minor} minor units` : found.format.format(minor / found.unit).replace(/\u00a0/g, ' ');
    },
    quoted: (text) => `"${oneLine(text, QUOTED_AT_MOST)}"`,
  };
};
