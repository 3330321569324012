import { describe, expect, test } from '@jest/globals';
import { MEASURES } from '../../../src/contracts/measures.js';
import { SIGNALS } from '../../../src/contracts/names.js';
import { renderTellability, tellabilityJson, untoldLines } from '../../../src/app/report/tell.js';
import type { Fact } from '../../../src/core/fact.js';
import { NEEDS } from '../../../src/core/tellability/needs.js';
import { QUESTIONS } from '../../../src/core/tellability/questions.js';
import { createTellability, type Answer, type Tellability } from '../../../src/core/tellability/tellability.js';
import { assessed, delivered, fact, line, promised } from '../../support/facts.js';

function tell(...orders: readonly (readonly Fact[])[]): Tellability {
  const tellability = createTellability();
  for (const facts of orders) tellability.add(assessed(facts), [...facts].sort((a, b) => a.at - b.at));
  return tellability.result();
}
const answer = ({ answers }: Tellability, asks: string): Answer => answers.find(({ question }) => question.asks.startsWith(asks))!;
const inShort = ({ concerned, told, missing }: Answer): unknown => [told, concerned, Object.fromEntries(missing.map(({ need, orders }) => [need, orders]))];

const placed = (more: object = {}): Fact => fact('order.placed', '05-01 09:00', { promisedDelivery: promised('2025-05-05'), lines: [line('1', 2)], ...more });

describe('the questions', () => {
  test('rest on every signal and every measure', () => {
    const missing = (all: readonly string[], asked: readonly string[]): string[] => all.filter((name) => !asked.includes(name));
    expect(missing(SIGNALS, QUESTIONS.flatMap(({ signals }) => signals))).toEqual([]);
    expect(missing(MEASURES, QUESTIONS.flatMap(({ measures }) => measures))).toEqual([]);
  });

  test('use every need but that of being placed, which all have', () => {
    expect(Object.keys(NEEDS).filter((name) => !QUESTIONS.some(({ needs }) => (needs as readonly string[]).includes(name)))).toEqual(['placed']);
  });
});

describe('what data can tell', () => {
  test('is counted by the orders that a question is about, and by what each of them lacks', () => {
    const told = tell(
      [placed(), fact('shipment.dispatched', '05-02'), fact('delivery.completed', '05-04', { lines: [delivered('1', 2)] })],
      [placed(), fact('delivery.completed', '05-04', { lines: null })],
      [placed({ promisedDelivery: null }), fact('delivery.completed', '05-04', { lines: null })],
      [placed(), fact('order.cancelled', '05-02')],
    );
    expect(inShort(answer(told, 'Do deliveries keep'))).toEqual([2, 3, { promise: 1 }]);
    expect(inShort(answer(told, 'Does all arrive'))).toEqual([1, 3, { deliveredLines: 2 }]);
    expect(inShort(answer(told, 'Which orders does the company call off'))).toEqual([4, 4, {}]);
  });

  test('of a delivery without lines is told by the shipment that it names', () => {
    const told = tell([placed(), fact('shipment.dispatched', '05-02', { shipmentId: 's', lines: [line('1', 2)] }), fact('delivery.completed', '05-04', { shipmentId: 's', lines: null })]);
    expect(inShort(answer(told, 'Does all arrive'))).toEqual([1, 1, {}]);
  });

  test('is nothing where the data has no such event at all, and all where it has one', () => {
    const late = [placed(), fact('delivery.completed', '05-09', { lines: null })];
    expect(inShort(answer(tell(late, late, [placed()]), 'Were customers told'))).toEqual([0, 2, { notices: 2 }]);
    expect(inShort(answer(tell(late, late, [placed(), fact('notification.sent', '05-02')]), 'Were customers told'))).toEqual([2, 2, {}]);
  });

  test('is not about orders that nobody is known to have placed', () => {
    const told = tell([fact('delivery.completed', '05-04', { lines: null })], [placed()]);
    expect([told.orders, told.placed, answer(told, 'Does all arrive').concerned]).toEqual([2, 1, 0]);
  });

  test('counts where and with whom, so far as events name it', () => {
    const { places } = tell([placed({}), { ...fact('shipment.dispatched', '05-02'), place: { carrier: 'X', location: '' } }], [placed()]);
    expect([places.get('carrier'), places.get('location')]).toEqual([1, 0]);
  });
});

describe('the report', () => {
  const told = tell([placed(), fact('delivery.completed', '05-09', { lines: null })], [placed({ promisedDelivery: null }), fact('delivery.completed', '05-04', { lines: null })]);
  const text = renderTellability(told).replaceAll(/\s+/g, ' ');

  test.each([
    'It tells in part ---------------- 50.0 % of 2 orders that were not cancelled: Do deliveries keep their first promise?',
    '1 of 2 orders that were not cancelled has no promised delivery date: `promisedDeliveryAt` of `order.placed`, from the shop or ERP.',
    'Were customers told when their date was moved or missed? (change_not_notified, change_notified_late, change_notice) There is no notice to a customer in the data: `notification.sent` or `notification.failed`, from whatever sends mails and messages. It would show who heard of a delay in time',
    'Does all arrive that was ordered? (quantity_shortfall, quantity_overage, in_full_rate, on_time_in_full_rate, perfect_order_rate, unit_fill_rate) None of 2 delivered orders has a word on what a delivery held',
    'the carrier: `delivery.attempt_failed`; `delivery.exception`',
  ])('says: %s', (expected) => expect(text).toContain(expected));

  test('says what it says of several, of a single one, and of none', () => {
    const one = (...facts: readonly Fact[]): string => renderTellability(tell([placed({ lines: [], totalMinor: 100 }), ...facts])).replaceAll(/\s+/g, ' ');
    expect(one()).toContain('The one order that was not cancelled has no date to dispatch by');
    expect(one()).toContain('It would show orders that were nearly lost at the till (1 order).');
    const both = tell([placed(), fact('delivery.completed', '05-04', { lines: null })], [placed(), fact('delivery.completed', '05-04', { lines: null })], [fact('order.cancelled', '05-04')]);
    expect(renderTellability(both).replaceAll(/\s+/g, ' ')).toContain('None of 2 delivered orders has an invoice');
    expect(renderTellability(both).replaceAll(/\s+/g, ' ')).toMatch(/Of 1 order it is not known that it was placed .*; nothing below is about it\./);
    const stranger = [fact('order.cancelled', '05-04')];
    const several = renderTellability(tell([placed({ promisedDelivery: null })], [placed({ promisedDelivery: null })], [placed()], stranger, stranger)).replaceAll(/\s+/g, ' ');
    expect(several).toMatch(/Of 2 orders it is not known that they were placed .*; nothing below is about them\./);
    expect(several).toContain('2 of 3 orders that were not cancelled have no promised delivery date');
  });

  test('is no wider than a page, and short at the end of a replay', () => {
    expect(renderTellability(told).split('\n').filter((row) => row.length > 96)).toEqual([]);
    expect(untoldLines(told).join(' ').replaceAll(/\s+/g, ' ')).toContain('Were customers told when their date was moved or missed? No notice to a customer in the data; ask whatever sends mails and messages.');
  });

  test('is there for programs too', () => {
    const { questions } = JSON.parse(tellabilityJson(told)) as { questions: { measures: string[]; extent: string; told: number; concerned: number }[] };
    expect(questions.find(({ measures }) => measures.includes('on_time_rate'))).toMatchObject({ extent: 'in_part', told: 1, concerned: 2 });
  });
});
