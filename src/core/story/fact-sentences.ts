import type { Fact, FactBodies, FactOf, NotificationAbout, Party, SourceType } from '../fact.js';
import { oneLine, type Words } from './words.js';

/** What each event says, as a sentence without its date. */

const by = (party: Party): string => (party === 'customer' ? 'The customer' : 'The company');
const because = (reason: string | null, words: Words): string => (reason === null ? '' : ` (${words.quoted(reason)})`);
const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;
const withCarrier = ({ place }: Fact): string => (place?.carrier === undefined ? '' : ` with ${oneLine(place.carrier, 40)}`);

export const NOTICE_WORDS: Readonly<Record<NotificationAbout, string>> = {
  order_confirmation: 'the order', dispatched: 'the dispatch', delay: 'a delay', reschedule: 'a new date',
  substitution: 'a substitute', cancellation: 'the cancellation', delivered: 'the delivery', other: 'something else',
};

/** `2 on 1 to 7`; says so where the low end is the good one (never so for NPS, whose polarity is fixed). */
export const scoreOf = ({ metric, score, scaleMin, scaleMax, higherIsBetter }: FactBodies['feedback.received']): string =>
  `${score} on ${scaleMin} to ${scaleMax}${higherIsBetter || metric === 'nps' ? '' : `, where ${scaleMin} is best`}`;

const AUDIT_WORDS = { done: 'properly done', done_poorly: 'poorly done', not_done: 'not done' } as const;

type Sentence<T extends SourceType> = (fact: FactOf<T>, words: Words) => string;

const amended: Sentence<'order.amended'> = ({ body }, words) => {
  const changes = [
    body.lines === null ? null : `the list of articles (${count(body.lines.length, 'line')})`,
    body.promisedDelivery === null ? null : `the delivery date to ${words.promise(body.promisedDelivery)}`,
    body.totalMinor === null ? null : `the total to ${words.money(body.totalMinor)}`,
  ].filter((change) => change !== null);
  return `${by(body.by)} changed ${changes.length === 0 ? 'the order' : changes.join(' and ')}.`;
};

const delivered: Sentence<'delivery.completed'> = ({ body }) => {
  const substitutes = body.lines?.filter((line) => line.substituteFor !== null).length ?? 0;
  const what = substitutes === 0 ? '' : `, with ${count(substitutes, 'substitute')}`;
  return body.final ? `Delivered${what}.` : `A part was delivered${what}; more was to come.`;
};

const sent: Sentence<'notification.sent'> = ({ body }, words) => {
  const stating = body.statedDelivery === null ? '' : `, stating ${words.promise(body.statedDelivery)}`;
  return `The customer was told of ${NOTICE_WORDS[body.about]} by ${words.quoted(body.channel)}${stating}.`;
};

const placed: Sentence<'order.placed'> = ({ body }, words) => {
  const promise = body.promisedDelivery === null ? 'with no date promised' : `promised for ${words.promise(body.promisedDelivery)}`;
  const total = body.totalMinor === null ? '' : ` for ${words.money(body.totalMinor)}`;
  return `Ordered ${count(body.lines.length, 'line')}${total}, ${promise}.`;
};

const SENTENCES: { readonly [T in SourceType]: Sentence<T> } = {
  'order.placed': placed,
  'order.amended': amended,
  'order.cancelled': ({ body }, words) => `${by(body.by)} cancelled the order${because(body.reason, words)}.`,
  'shipment.dispatched': (fact) => `Dispatched${withCarrier(fact)}${fact.body.expedited ? ', expedited' : ''}.`,
  'delivery.rescheduled': ({ body }, words) =>
    (body.newDelivery === null
      ? `${by(body.by)} took the delivery date back without a new one${because(body.reason, words)}.`
      : `${by(body.by)} moved the delivery to ${words.promise(body.newDelivery)}${because(body.reason, words)}.`),
  'delivery.attempt_failed': (fact, words) => `An attempt to deliver${withCarrier(fact)} failed${because(fact.body.reason, words)}.`,
  'delivery.exception': (fact) => `Goods sent${withCarrier(fact)} were reported ${fact.body.code}.`,
  'delivery.completed': delivered,
  'invoice.issued': ({ body }, words) => `Invoiced ${words.money(body.totalMinor)}.`,
  'invoice.corrected': ({ body }, words) => `The invoice was corrected to ${words.money(body.totalMinor)}${because(body.reason, words)}.`,
  'payment.captured': ({ body }, words) => `Paid ${words.money(body.amountMinor)}.`,
  'payment.failed': ({ body }, words) => `A payment of ${words.money(body.amountMinor)} failed${because(body.reason, words)}.`,
  'refund.issued': ({ body }, words) => `Refunded ${words.money(body.amountMinor)}${because(body.reason, words)}.`,
  'billing.disputed': ({ body }, words) => `The bill was disputed${because(body.reason, words)}.`,
  'billing.dispute_resolved': () => 'The dispute about the bill was settled.',
  'notification.sent': sent,
  'notification.failed': ({ body }) => `A notice of ${NOTICE_WORDS[body.about]} did not get through.`,
  'contact.opened': ({ body }, words) => `${by(body.by)} made contact about ${words.quoted(body.topic)}.`,
  'contact.reopened': ({ body }, words) => `The contact about ${words.quoted(body.topic)} was opened again.`,
  'contact.resolved': ({ body }, words) => `The contact about ${words.quoted(body.topic)} was resolved.`,
  'feedback.received': ({ body }) => `Answered a survey (${body.metric}) with ${scoreOf(body)}.`,
  'incident.opened': ({ body }, words) => `A ${body.severity} incident of ${words.quoted(body.system)} hit the order.`,
  'incident.resolved': ({ body }, words) => `The incident of ${words.quoted(body.system)} was over.`,
  'audit.recorded': ({ body }) => `An audit found "${body.step}" ${AUDIT_WORDS[body.observed]}.`,
};

/** One sentence for any fact. */
export const sentenceOfFact = (fact: Fact, words: Words): string => {
  // The table pairs each type with its own sentence, which the compiler can't follow through a lookup.
  const sentence = SENTENCES[fact.type] as (fact: Fact, words: Words) => string;
  return sentence(fact, words);
};
