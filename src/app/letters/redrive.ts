import type { LetterLog } from '../../adapters/kafka/letter-log.js';
import { createSendBack } from '../../adapters/kafka/send-back.js';
import type { KafkaProducer } from '../../adapters/kafka/producer.js';
import type { Letter } from '../../pipeline/letter.js';
import type { LetterFilter } from '../../pipeline/letter-selection.js';
import { SERVICE_DECIDES, type WayBack } from '../../pipeline/redrive.js';
import { type Account, accountSentences, choose, emptyAccount } from './choose.js';
import { printable, sourceText } from './words.js';

export interface RedriveParts {
  readonly log: LetterLog;
  readonly filter: LetterFilter;
  /** So many letters at the most; null: all. */
  readonly limit: number | null;
  readonly wayBack: (letter: Letter) => Promise<WayBack>;
  /** null: nothing is sent, what would be is counted as sent. */
  readonly producer: Pick<KafkaProducer, 'send'> | null;
  /** Records a second; null: as fast as Kafka takes them. */
  readonly rate: number | null;
  readonly progress?: (sent: number, stays: number) => void;
}

/** What became of the dead letters that were meant. */
export interface Redriven {
  readonly account: Account;
  sent: number;
  /** Of those sent: per reason of their dead letter, keyed anew, and sent back before. */
  readonly byReason: Map<string, number>;
  rekeyed: number;
  before: number;
  stays: number;
  /** Per reason for which they would be refused again. */
  readonly staysByReason: Map<string, number>;
  /** Sentences on the first ones that stay, of each reason. */
  readonly told: string[];
}

const TOLD_PER_REASON = 5;

/**
 * Sends back the letters that are meant and would be taken now. As of the log's opening: what this brings about is not
 * looked at. `done` is counted up as records are acknowledged, so that it holds what was done also when this rejects.
 * @throws when Kafka's acknowledgement stays away
 */
export async function redrive(parts: RedriveParts, done: Redriven): Promise<void> {
  const stays = (letter: Letter, reason: string, message: string): void => {
    done.stays += 1;
    const before = done.staysByReason.get(reason) ?? 0;
    done.staysByReason.set(reason, before + 1);
    if (before < TOLD_PER_REASON) done.told.push(`${letter.place}  ${printable(sourceText(letter.source))}  ${reason}: ${printable(message)}`);
  };
  const sent = (items: readonly Item[]): void => {
    for (const item of items) countSent(done, item);
    parts.progress?.(done.sent, done.stays);
  };
  const sender = parts.producer === null ? null : createSendBack<Item>(parts.producer, {
    rate: parts.rate, sent,
    tooLarge: (item, topic) => { stays(item.letter, 'too_large', `${topic} takes no record of this size: raise its max.message.bytes`); },
  });
  let left = parts.limit ?? Infinity;
  for await (const letters of choose(parts.log, parts.filter, done.account)) {
    for (const letter of letters.slice(0, left)) {
      const way = await parts.wayBack(letter);
      if (way.kind === 'stays') stays(letter, way.reason, way.message);
      else if (sender === null) countSent(done, { letter, rekeyed: way.rekeyed });
      else await sender.add(way.record, { letter, rekeyed: way.rekeyed });
    }
    left -= letters.length;
    if (left <= 0) break;
  }
  await sender?.flush();
}

interface Item {
  readonly letter: Letter;
  readonly rekeyed: boolean;
}

export const nothingRedriven = (): Redriven => ({
  account: emptyAccount(), sent: 0, byReason: new Map(), rekeyed: 0, before: 0, stays: 0, staysByReason: new Map(), told: [],
});

function countSent(done: Redriven, { letter, rekeyed }: Item): void {
  done.sent += 1;
  if (rekeyed) done.rekeyed += 1;
  if (letter.redriven !== null) done.before += 1;
  done.byReason.set(letter.reason, (done.byReason.get(letter.reason) ?? 0) + 1);
}

const counts = (by: ReadonlyMap<string, number>): string => [...by].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${reason} ${count}`).join(', ');

/** The closing account. */
export function renderRedriven(done: Redriven, dryRun: boolean): string {
  const { account, sent, byReason, rekeyed, before, stays, staysByReason, told } = done;
  const verb = dryRun ? 'would be sent back' : 'sent back';
  const decides = Object.entries(SERVICE_DECIDES).filter(([reason]) => byReason.has(reason));
  return `${[
    ...(sent + stays === 0 ? ['No such dead letter: nothing to send back.'] : [`${sent} ${verb}${sent === 0 ? '' : `: ${counts(byReason)}`}`]),
    ...(rekeyed > 0 ? [`  ${rekeyed} keyed anew by the orderId of their value`] : []),
    ...(before > 0 ? [`  ${before} were sent back before and refused again; an event that was applied meanwhile counts as a duplicate`] : []),
    ...(decides.length > 0 ? ['  the service decides:', ...decides.map(([reason, why]) => `    ${reason} (${byReason.get(reason) ?? 0}): ${why}`)] : []),
    ...(stays > 0 ? [`${stays} stay, they would be refused again: ${counts(staysByReason)}`, ...told.map((line) => `  ${line}`)] : []),
    ...(stays > told.length ? [`  and ${stays - told.length} more`] : []),
    ...(staysByReason.has('key_mismatch') ? ['  --rekey sends those whose value names their orderId keyed by it'] : []),
    ...accountSentences(account),
  ].join('\n')}\n`;
}
