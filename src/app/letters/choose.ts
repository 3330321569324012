import type { LetterLog } from '../../adapters/kafka/letter-log.js';
import { type Letter, readLetter } from '../../pipeline/letter.js';
import { createLetterHistory, isMeant, type LetterFilter } from '../../pipeline/letter-selection.js';
import { counted, grouped } from '../report/layout.js';

/** What became of the records of the dead-letter topic. */
export interface Account {
  /** That pass the filter. */
  meant: number;
  /** The same record put aside twice: counted once. */
  repeats: number;
  /** Sent back since and refused again: only the last refusal counts. */
  sentBackSince: number;
  /** Without the service's headers. */
  foreign: number;
}

export const emptyAccount = (): Account => ({ meant: 0, repeats: 0, sentBackSince: 0, foreign: 0 });

/**
 * The dead letters that are meant, in the order in which they stand in their partition, as of the log's opening. Reads
 * the topic twice: what was sent back and refused again must be known before the first letter is judged.
 * @param account is counted up
 */
export async function* choose(log: LetterLog, filter: LetterFilter, account: Account): AsyncGenerator<readonly Letter[]> {
  const history = createLetterHistory();
  for await (const records of log.read()) {
    for (const stored of records) {
      const letter = readLetter(stored);
      if (letter !== null) history.note(letter);
    }
  }
  for await (const records of log.read()) {
    const meant: Letter[] = [];
    for (const stored of records) {
      const letter = readLetter(stored);
      if (letter === null) {
        account.foreign += 1;
        continue;
      }
      const standing = history.judge(letter);
      if (!isMeant(letter, filter)) continue;
      if (standing === 'present') meant.push(letter);
      else if (standing === 'repeat') account.repeats += 1;
      else account.sentBackSince += 1;
    }
    account.meant += meant.length;
    yield meant;
  }
}

/** What was left out, in sentences. */
export const accountSentences = ({ repeats, sentBackSince, foreign }: Account): string[] => [
  ...(repeats > 0 ? [`${counted(repeats, 'repeat')} of the same record ${repeats === 1 ? 'is' : 'are'} counted once.`] : []),
  ...(sentBackSince > 0 ? [`${grouped(sentBackSince)} ${sentBackSince === 1 ? 'was' : 'were'} sent back since and refused again: only the last refusal of each record counts.`] : []),
  ...(foreign > 0 ? [`${counted(foreign, 'record')} of the topic ${foreign === 1 ? 'is no dead letter of this service and was' : 'are no dead letters of this service and were'} left alone.`] : []),
];
