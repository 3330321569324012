import type { Letter } from '../../pipeline/letter.js';
import { columns, section } from '../report/layout.js';
import { type Account, accountSentences } from './choose.js';
import { exactText, keyText, printable, sourceText, timeText } from './words.js';

/** Letters of one reason and source topic. */
export interface LetterGroup {
  readonly reason: string;
  readonly topic: string;
  count: number;
  /** Of these, sent back once and refused again. */
  redriven: number;
  /** ms since the epoch. */
  first: number;
  last: number;
  /** The latest one. */
  example: Letter;
}

/** What lies there: counts, and the latest letters. */
export interface LetterTally {
  add(letter: Letter): void;
  /** Most letters first. */
  groups(): readonly LetterGroup[];
  /** The latest ones, oldest first. */
  latest(): readonly Letter[];
}

/** @param keep so many of the latest letters are kept */
export function createLetterTally(keep: number): LetterTally {
  const groups = new Map<string, LetterGroup>();
  const latest: Letter[] = [];
  return {
    add(letter) {
      const name = `${letter.reason}|${letter.source.topic}`;
      const group = groups.get(name);
      if (group === undefined) groups.set(name, groupOf(letter));
      else count(group, letter);
      keepLatest(latest, keep, letter);
    },
    groups: () => [...groups.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
    latest: () => latest,
  };
}

/** Kept for rows and examples, which show no values: these would only take room. */
const withoutValue = (letter: Letter): Letter => ({ ...letter, value: null, headers: {} });

const groupOf = (letter: Letter): LetterGroup => ({
  reason: letter.reason, topic: letter.source.topic, count: 1, redriven: letter.redriven === null ? 0 : 1,
  first: letter.timestamp, last: letter.timestamp, example: withoutValue(letter),
});

function count(group: LetterGroup, letter: Letter): void {
  group.count += 1;
  if (letter.redriven !== null) group.redriven += 1;
  group.first = Math.min(group.first, letter.timestamp);
  if (letter.timestamp < group.last) return;
  group.last = letter.timestamp;
  group.example = withoutValue(letter);
}

function keepLatest(latest: Letter[], keep: number, letter: Letter): void {
  const full = latest.length >= keep;
  if (keep === 0 || (full && letter.timestamp < (latest[0]?.timestamp ?? 0))) return;
  const after = latest.findLastIndex(({ timestamp }) => timestamp <= letter.timestamp);
  latest.splice(after + 1, 0, withoutValue(letter));
  if (full) latest.shift();
}

/** One letter on one line, for programs. No value: it may be personal. */
export function rowJson(letter: Letter): string {
  const { place, timestamp, reason, message, source, key, redriven } = letter;
  const text = key === null ? null : exactText(key);
  return JSON.stringify({
    letter: place, timestamp: timestamp < 0 ? null : timeText(timestamp), reason, message, ...source, key: text,
    ...(key !== null && text === null ? { keyBase64: key.toString('base64') } : {}), redriven,
  });
}

export const summaryJson = (tally: LetterTally, account: Account): string => JSON.stringify({
  letters: account.meant, repeats: account.repeats, sentBackSince: account.sentBackSince, foreign: account.foreign,
  groups: tally.groups().map(({ first, last, example, ...group }) => ({
    ...group, first: timeText(first), last: timeText(last), example: { letter: example.place, message: example.message },
  })),
});

/** For people: the latest letters, then the counts, which so stand last on the screen. */
export function renderList(topic: string, tally: LetterTally, account: Account): string {
  if (account.meant === 0) return `${[`No such dead letter lies in ${topic}.`, ...accountSentences(account)].join('\n')}\n`;
  const rows = tally.latest().map((l) => [
    l.place, timeText(l.timestamp), printable(sourceText(l.source)), keyText(l.key), `${l.reason}${l.redriven === null ? '' : ' (again)'}: ${printable(l.message)}`,
  ]);
  const groups = tally.groups().map((g) => [
    String(g.count), g.reason, printable(g.topic), timeText(g.first), timeText(g.last), g.example.place, g.redriven === 0 ? '' : `${g.redriven} refused again`,
  ]);
  const everything = rows.length === account.meant;
  return `${[
    ...section(everything ? 'Dead letters' : `The latest ${rows.length} of ${account.meant} dead letters`, rows.length === 0 ? [] : columns([['letter', 'record of', 'stood at', 'key', 'why'], ...rows], [0, 1, 2, 3, 4])),
    ...section(`What lies in ${topic}`, columns([['count', 'reason', 'topic', 'first record', 'last record', 'last one', ''], ...groups], [1, 2, 3, 4, 5, 6])),
    '', `${account.meant} in all. Look at one with \`touchpoint dead-letters show LETTER\`, send back what would be taken now with \`touchpoint dead-letters redrive\`.`,
    ...accountSentences(account),
  ].join('\n').trimStart()}\n`;
}
