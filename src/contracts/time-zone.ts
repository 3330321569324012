/** Abbreviations and inventions that ICU knows beside the IANA database; as zones they're ambiguous, so they are refused. */
const NOT_IANA = new Set(
  'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(' '),
);
const LONGEST_NAME = 64;
/** Zones seen so far; junk names must not be able to fill the memory. */
const REMEMBERED = 1_000;
const answers = new Map<string, boolean>();

const ask = (name: string): boolean => {
  if (name.length > LONGEST_NAME || !/^[A-Za-z]/.test(name)) return false;
  const upper = name.toUpperCase();
  if (NOT_IANA.has(upper) || upper.startsWith('SYSTEMV/')) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** A zone or link of the IANA database, in any case of letters; offsets such as `+02:00` are none. */
export const isTimeZone = (name: string): boolean => {
  const known = answers.get(name);
  if (known !== undefined) return known;
  const answer = ask(name);
  if (answers.size < REMEMBERED) answers.set(name, answer);
  return answer;
};
