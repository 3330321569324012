import type { BillingReason, GoodTouchpointName, SignalName } from '../../contracts/names.js';
import type { Detail, GoodTouchpoint, Json, SignalState } from '../assessment.js';
import type { Fact, FactOf, SourceType } from '../fact.js';
import { NOTICE_WORDS, scoreOf } from './fact-sentences.js';
import { standingAt } from './ledger-words.js';
import { oneLine, span, type Words } from './words.js';

/** What each signal says of the customer's day, as a sentence without its date; nothing that its facts don't say. */

type Sentence = (signal: SignalState, words: Words, facts: readonly Fact[]) => string;

/** The first piece of evidence of a type; null when the evidence holds none. */
const proof = <T extends SourceType>({ evidence }: SignalState, type: T): FactOf<T> | null =>
  (evidence.find((fact) => fact.type === type) as FactOf<T> | undefined) ?? null;

const texts = (json: Json | undefined): string[] =>
  (Array.isArray(json) ? (json as readonly Json[]).filter((item) => typeof item === 'string') : []);
const delayOf = ({ delaySeconds }: Detail): string | null => (typeof delaySeconds === 'number' ? span(delaySeconds * 1000) : null);
const linesOf = ({ lines }: Detail): string => {
  const named = texts(lines).map((line) => oneLine(line, 20));
  if (named.length === 0) return 'some lines';
  return `${named.length === 1 ? 'line' : 'lines'} ${named.slice(0, 5).join(', ')}${named.length > 5 ? ` and ${named.length - 5} more` : ''}`;
};
const reasonOf = (reason: string | null | undefined, words: Words): string => (reason == null ? '' : ` (${words.quoted(reason)})`);
const withCarrier = ({ evidence }: SignalState): string => {
  const carrier = evidence.find((fact) => fact.place?.carrier !== undefined)?.place?.carrier;
  return carrier === undefined ? '' : ` with ${oneLine(carrier, 40)}`;
};

/** Was the first of its promises a time of day? Else it was a whole day, as most are. */
const isForATime = ({ instances }: Detail): boolean => {
  const [first] = Array.isArray(instances) ? (instances as readonly Json[]) : [];
  return first !== null && typeof first === 'object' && 'promised' in first && typeof first.promised === 'string' && first.promised.includes('T');
};

const late: Sentence = ({ detail }) => {
  const delay = delayOf(detail);
  return `The delivery promised for this ${isForATime(detail) ? 'time' : 'day'} had not come${delay === null ? '' : `; it came ${delay} late`}.`;
};

const lateDispatch: Sentence = ({ detail }) => {
  const delay = delayOf(detail);
  return delay === null ? 'Should have been dispatched by now, and was not.' : `Should have been dispatched by now; it left ${delay} late.`;
};

const BILLING_WORDS: Readonly<Record<BillingReason, string>> = {
  overbilled: 'billed too much', underbilled: 'billed too little', overcharged: 'charged more than billed',
  billed_undelivered: 'billed for goods that did not come', refund_overdue: 'the refund of a cancelled order is overdue',
  corrected: 'the invoice had to be corrected', disputed: 'the bill was disputed',
};

/** By how much, where the facts up to the signal's start tell it. */
const amountOf = (reason: BillingReason, facts: readonly Fact[], at: number, words: Words): string | null => {
  const { billed, total, paid } = standingAt(facts, at);
  if (billed === null || total === null) return null;
  if (reason === 'overbilled' && billed > total) return `billed ${words.money(billed - total)} too much`;
  if (reason === 'underbilled' && billed < total) return `billed ${words.money(total - billed)} too little`;
  const due = Math.max(billed, total);
  return reason === 'overcharged' && paid > due ? `charged ${words.money(paid - due)} more than billed` : null;
};

const billing: Sentence = ({ detail, opensAt }, words, facts) => {
  const reasons = texts(detail['reasons']).map((name) => {
    const reason = name as BillingReason;
    return amountOf(reason, facts, opensAt, words) ?? BILLING_WORDS[reason] ?? name;
  });
  return `Wrong bill: ${reasons.length === 0 ? 'no reason given' : reasons.join('; ')}.`;
};

const notTold: Sentence = ({ detail }) => {
  const buckets = new Set(texts(detail['buckets']));
  const instances = detail['instances'];
  for (const instance of Array.isArray(instances) ? (instances as readonly Json[]) : []) {
    const bucket = typeof instance === 'object' && instance !== null && 'bucket' in instance ? instance['bucket'] : null;
    if (typeof bucket === 'string') buckets.add(bucket);
  }
  if (buckets.has('never')) return 'The promised date did not hold, and nobody told the customer.';
  return 'The promised date did not hold, and the customer was told only after it had passed.';
};

const feedback: Sentence = (signal) => {
  const answer = proof(signal, 'feedback.received')?.body;
  return answer === undefined
    ? 'The customer gave a poor answer to a survey.'
    : `The customer answered a survey (${answer.metric}) with ${scoreOf(answer)}.`;
};

const notDone: Sentence = (signal) => {
  const audit = proof(signal, 'audit.recorded')?.body;
  if (audit === undefined) return 'A step that was recorded had not been done properly.';
  return `"${audit.step}" was recorded, but an audit found it ${audit.observed === 'not_done' ? 'not done' : 'done poorly'}.`;
};

const topicOf = (signal: SignalState, words: Words): string => {
  const contact = signal.evidence.find((fact) => fact.type === 'contact.opened' || fact.type === 'contact.reopened');
  return contact === undefined ? '' : ` about ${words.quoted(contact.body.topic)}`;
};

const inaccurate: Sentence = (signal, words) => {
  const notice = proof(signal, 'notification.sent')?.body;
  return notice?.statedDelivery == null
    ? 'The customer was told a delivery date other than the one promised.'
    : `The customer was told ${words.promise(notice.statedDelivery)} for delivery, which was not the date promised.`;
};

const incident: Sentence = (signal, words) => {
  const found = proof(signal, 'incident.opened')?.body;
  return found === undefined ? 'An IT incident hit the order.' : `A ${found.severity} IT incident (${words.quoted(found.system)}) hit the order.`;
};

const notGotThrough: Sentence = (signal) => {
  const about = proof(signal, 'notification.failed')?.body.about;
  return about === undefined ? 'A notice did not get through.' : `A notice of ${NOTICE_WORDS[about]} did not get through.`;
};

const SENTENCES: Readonly<Record<SignalName, Sentence>> = {
  late_delivery: late,
  broken_reschedule: () => 'The date that the company had moved the delivery to passed as well.',
  repeated_reschedule: ({ detail }) => `The company moved the delivery once more${typeof detail['count'] === 'number' ? `: ${detail['count']} times in all` : ''}.`,
  reschedule_without_date: () => 'The company took the delivery date back without a new one.',
  delivery_attempt_failed: (signal, words) =>
    `An attempt to deliver${withCarrier(signal)} failed${reasonOf(proof(signal, 'delivery.attempt_failed')?.body.reason, words)}.`,
  damaged: (signal) => `Goods sent${withCarrier(signal)} were reported damaged.`,
  lost: (signal) => `Goods sent${withCarrier(signal)} were reported lost.`,
  late_dispatch: lateDispatch,
  quantity_shortfall: ({ detail }) => `Less came than was ordered: ${linesOf(detail)}.`,
  quantity_overage: ({ detail }) => `More came than was ordered: ${linesOf(detail)}.`,
  substitution: ({ detail }) => `Other articles came instead of those ordered; ${detail['approved'] === true ? 'the customer had agreed' : 'the customer had not agreed to all of it'}.`,
  cancelled_by_company: (signal, words) => `The company cancelled the order${reasonOf(proof(signal, 'order.cancelled')?.body.reason, words)}.`,
  billing_error: billing,
  payment_failed: (signal, words) => `A payment failed${reasonOf(proof(signal, 'payment.failed')?.body.reason, words)}.`,
  change_not_notified: notTold,
  change_notified_late: () => 'The customer was told of a change with less than two days to go.',
  inaccurate_update: inaccurate,
  inconsistent_updates: () => 'Two notices named different delivery dates, though nothing had changed between them.',
  notification_failed: notGotThrough,
  repeat_contact: (signal, words) => `The customer had to come back${topicOf(signal, words)}.`,
  contact_unresolved: (signal, words) => `A contact${topicOf(signal, words)} was left open for too long.`,
  incident_affected: incident,
  poor_feedback: feedback,
  recorded_not_done: notDone,
};

/** One sentence for a signal; what was resolved later says so. `facts` are those of the order, for amounts. */
export const sentenceOfSignal = (signal: SignalState, words: Words, facts: readonly Fact[]): string => {
  const sentence = SENTENCES[signal.signal](signal, words, facts);
  const begun = sentence.charAt(0).toUpperCase() + sentence.slice(1);
  return signal.closedAt === null ? begun : `${begun} Resolved ${words.moment(signal.closedAt)}.`;
};

const GOOD_SENTENCES: Readonly<Record<GoodTouchpointName, string>> = {
  delivered_as_promised: 'Everything came, in time.',
  delivered_on_time: 'It came in time; what was in it is not recorded.',
  invoice_matched: 'The invoice matched the order.',
  accurate_notice: 'A notice named the right delivery date.',
  good_feedback: 'The customer gave a good answer to a survey.',
};

/** One sentence for a good touchpoint. */
export const sentenceOfGood = ({ type }: GoodTouchpoint): string => GOOD_SENTENCES[type];
