import { describe, expect, test } from '@jest/globals';
import { formatProblems } from '../../../src/app/config/problems.js';
import { runExamples } from '../../../src/app/maps/examples.js';
import { parseMap } from '../../../src/app/maps/map-file.js';

const HEAD = `map: shop
input: {format: ndjson, files: "*.ndjson"}
fields: {order_no: text, customer: text, placed: text, price: number, gift: text?, address: {city: text}, lines: [{sku: text, qty: number}]}
zone: Europe/Berlin
currency: EUR
`;
const EVENT = `events:
  - type: order.placed
    at: placed
    orderId: =record.order_no
    customerId: =record.customer
    lines:
      for: {line: =record.lines}
      give: {lineId: =line.sku, sku: =line.sku, quantity: =line.qty}
`;

function problemsOf(text: string): string {
  const parsed = parseMap(text, 'shop.yaml');
  return parsed.kind === 'problems' ? formatProblems(parsed.problems) : '';
}

describe('a map', () => {
  test('that is fine has no problems', () => {
    expect(problemsOf(HEAD + EVENT)).toBe('');
  });

  test.each([
    ['an unknown setting', 'zones: UTC\n' + HEAD + EVENT, 'shop.yaml:1: zones: no such setting; did you mean `zone`?'],
    ['an unknown event', HEAD + EVENT.replace('order.placed', 'order.place'), 'events[0].type: no event is called order.place; did you mean `order.placed`?'],
    ['an unknown field of the event', HEAD + EVENT + '    totalMinr: 5\n', 'shop.yaml:14: events[0].totalMinr: order.placed has no field `totalMinr`; did you mean `totalMinor`?'],
    ['an unknown field within it', HEAD + EVENT.replace('quantity:', 'quantty:'), 'events[0].lines.give.quantty: order.placed has no field `quantty`; did you mean `quantity`?'],
    ['a missing field', HEAD + EVENT.replace('    customerId: =record.customer\n', ''), 'events[0]: `customerId` is missing: each order.placed must have it'],
    ['an unknown field of the record', HEAD + EVENT.replace('record.customer', 'record.custmer'), "`record` has no field `custmer` by the map's `fields`; did you mean `customer`?"],
    ['an unknown field of an object within', HEAD + EVENT + '    place: {region: =record.address.town}\n', 'events[0].place.region: it has no field `town`'],
    ['an unknown field of a list within', HEAD + EVENT.replace('=line.qty', '=line.quantity'), "`line` has no field `quantity` by the map's `fields`"],
    ['a text for a number', HEAD + EVENT + '    totalMinor: =record.customer\n', 'events[0].totalMinor: expected a whole number, the expression gives a text; number(...) or money(...) makes it one'],
    ['a number for a text', HEAD + EVENT.replace('=record.customer', '=record.price'), 'expected a text, the expression gives a number; text(...) makes it one'],
    ['a constant that is no choice', HEAD + EVENT + '  - {type: order.cancelled, at: gift, orderId: =record.order_no, initiatedBy: shop}\n', 'events[1].initiatedBy: expected one of customer, company'],
    ['a currency that is none', HEAD + EVENT + '    currency: euro\n', 'shop.yaml:14: events[0].currency: expected three capital letters (ISO 4217)'],
    ['a constant for an id that is empty', HEAD + EVENT.replace('=record.customer', '""'), 'events[0].customerId: expected 1 to 256 characters'],
    ['a quantity below nothing', HEAD + EVENT.replace('=line.qty', '-1'), 'events[0].lines.give.quantity: expected a number of at least 0'],
    ['a constant with a fraction of a cent', HEAD + EVENT + '    totalMinor: 1.5\n', 'events[0].totalMinor: expected a whole number'],
    ['a promise for a day that never was', HEAD + EVENT + '    promisedDeliveryAt: 2026-02-30\n', 'events[0].promisedDeliveryAt: expected an RFC 3339 instant with an offset, or a date YYYY-MM-DD'],
    ['a time of its own that is none', HEAD + EVENT + '    occurredAt: yesterday\n', 'events[0].occurredAt: expected an RFC 3339 instant with an offset'],
    ['a common value that no event takes', HEAD + 'common: {timeZone: Nowhere}\n' + EVENT, 'common.timeZone: expected an IANA time zone name'],
    ['a choice that gives none', HEAD + EVENT + '  - {type: order.cancelled, at: gift, orderId: =record.order_no, initiatedBy: {of: =record.gift, is: {a: company, b: shop}}}\n', 'events[1].initiatedBy.is.b: expected one of customer, company'],
    ['a name that nobody knows', HEAD + EVENT.replace('=record.customer', '=customer'), 'nothing is called `customer` here; a text stands between quotes, or without = before it'],
    ['a sum of text and number', HEAD + EVENT.replace('=record.customer', '=record.customer + record.price'), 'no such overload: text + double'],
    ['a function that is none', HEAD + EVENT.replace('=record.customer', '=readFile(record.customer)'), "found no matching overload for 'readFile(text)'"],
    ['a regular expression', HEAD + EVENT + '    when: =record.customer.matches("(a+)+$")\n', 'regular expressions (`matches`) are left out'],
    ['loops within loops', HEAD + EVENT + '    when: =record.lines.all(a, record.lines.all(b, record.lines.all(c, c.qty > 1)))\n', 'loops are nested more than 2 deep'],
    ['a condition that is none', HEAD + EVENT + '    when: =record.customer\n', 'events[0].when: expected a comparison'],
    ['a form of times without a year', HEAD + EVENT + "    requestedDeliveryAt: =date(record.placed, 'DD.MM.')\n", 'it has no YYYY'],
    ['changes without versions', HEAD + EVENT + '    changed: price\n', 'only of versions of a row is it known what changed'],
    ['a state without a time', HEAD + 'state: {key: =record.order_no}\n' + EVENT.replace('    at: placed\n', '    occurredAt: =time(record.placed)\n'), 'say when this happens: by `at`, `changed` or `when`'],
    ['an example without an answer', HEAD + EVENT + 'examples: [{name: x, record: {}}]\n', 'expected `events`, the list of what must come of it'],
    ['what YAML takes for a section', HEAD + EVENT + '    accountId: =record.gift == null ? "a" : record.gift\n', 'must stand between double quotes'],
  ])('with %s says so', (_, text, expected) => expect(problemsOf(text)).toContain(expected));

  test('of which each expression is wrong says so of each', () => {
    expect(problemsOf(HEAD + EVENT.replace('record.customer', 'record.a').replace('record.order_no', 'record.b')).split('\n')).toHaveLength(2);
  });

  const MISTAKEN = EVENT.replace('record.customer', 'record.custmer');
  const PLACED = "    requestedDeliveryAt: =time(record.placed)\n    totalMinor: =money(record.gift)\n";
  test.each([
    ['its name', HEAD.replace('map: shop', 'map: Shop') + MISTAKEN, ['map', 'events[0].customerId']],
    ['no name', HEAD.replace('map: shop\n', '') + MISTAKEN, ['map', 'events[0].customerId']],
    ['a zone and a currency by which others are read', HEAD.replace('Europe/Berlin', 'Berlin').replace('EUR', 'euro') + MISTAKEN + PLACED, ['zone', 'currency', 'events[0].customerId']],
    ['a condition that is no expression, in the order of the file', HEAD + MISTAKEN + '    when: record.gift\n', ['events[0].customerId', 'events[0].when']],
    ['a setting of an example that is none', HEAD + MISTAKEN + 'examples: [{name: x, record: {}, evnts: []}]\n', ['events[0].customerId', 'examples[0].evnts']],
    ['a column of times that is none, without which a time would be missing', HEAD + MISTAKEN.replace('at: placed', 'at: [placed]'), ['events[0].at', 'events[0].customerId']],
  ])('tells its other mistakes together with %s', (_, text, paths) => {
    expect(problemsOf(text).split('\n').map((line) => /^shop\.yaml(?::\d+)?: ([^:]+):/.exec(line)?.[1])).toEqual(paths);
  });

  test.each([
    ['a name that others use', HEAD + 'let: {customer: record.customer}\n' + EVENT.replace('record.customer', 'customer'), 'let.customer'],
    ['how it reads', HEAD.replace('ndjson', 'nsjson') + EVENT, 'input.format'],
    ['a list of all that it tells', `${HEAD}links: 5\n`, 'links'],
    ['a setting that is none', `${HEAD}lett: {customer: =record.customer}\n${EVENT.replace('record.customer', 'customer')}`, 'lett'],
  ])('of which %s is wrong is not told to have mistakes that come of that', (_, text, path) => {
    expect(problemsOf(text)).toMatch(new RegExp(`^shop\\.yaml:\\d+: ${path}: .*$`));
  });
});

describe('ids that are long numbers', () => {
  const LONG = '9007199254740993';
  const map = (id: string, more = ''): string => `map: long
input: {format: ndjson, files: x}
fields: {id: number, parts: [number]}
links: [{link: parcel, key: =record.id, orderId: =text(record.id)}]
events:
  - {type: order.placed, orderId: ${id}, customerId: C, lines: {for: {part: =record.parts}, give: {lineId: =text(part), sku: A, quantity: 1}}, occurredAt: "2026-03-01T09:00:00Z"${more}}
`;
  const example = (record: string, event: string): string => `examples: [{name: one, record: ${record}, events: [{type: order.placed, customerId: C, occurredAt: "2026-03-01T09:00:00Z", ${event}}]}]\n`;
  const faults = (text: string): readonly string[] => {
    const parsed = parseMap(text, 'long.yaml');
    if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
    return runExamples(parsed.map).flatMap((outcome) => outcome.faults);
  };

  test('keep all of their digits as text, and are compared and divided as they are', () => {
    expect(faults(map('=text(record.id)', ', when: "=record.id > 9007199254740992 && record.id / 10000000 == 900719925"')
      + example(`{id: ${LONG}, parts: [1, ${LONG}1]}`, `orderId: "${LONG}", lines: [{lineId: "1", sku: A, quantity: 1}, {lineId: "${LONG}1", sku: A, quantity: 1}]`))).toEqual([]);
  });

  test.each([
    ['where a number is needed', map('=text(record.id)', ', totalMinor: "=record.id * 1"'), 'events[0].totalMinor: the whole number is beyond 2^53 and would be rounded'],
    ['by number(...)', map('=text(number(record.id))'), 'the number is beyond 2^53 and would be rounded'],
    ['once an amount of another kind rounded them', map('=text(record.id * 1.0)'), 'the number is beyond 2^53 and was rounded'],
  ])('are refused %s', (_, text, expected) => {
    expect(faults(text + example(`{id: ${LONG}, parts: []}`, 'orderId: X')).join('\n')).toContain(expected);
  });

  test('of a table are refused in a column of numbers', () => {
    expect(faults(map('=text(record.id)').replace('ndjson', 'csv').replace(', parts: [number]', '').replace(/lines: \{.*?\}\}/, 'lines: []') + example(`{id: "${LONG}"}`, 'orderId: X')).join('\n'))
      .toContain('the column `id`: the number is beyond 2^53 and would be rounded; as an id keep it as text');
  });

  test('stand between quotes where a map names one', () => {
    expect(problemsOf(map(LONG))).toContain('events[0].orderId: the whole number is beyond 2^53 and would be rounded; an id stands between quotes');
  });
});

describe('examples in a map', () => {
  const RECORD = '{order_no: "7", customer: C, placed: "2026-03-01 10:00", price: 2.5, address: {city: X}, lines: [{sku: A, qty: 2}]}';
  const WANTED = '{type: order.placed, orderId: "7", customerId: C, occurredAt: "2026-03-01T09:00:00Z", lines: [{lineId: A, sku: A, quantity: 2}]}';
  const faults = (examples: string): readonly string[] => {
    const parsed = parseMap(HEAD + EVENT + examples, 'shop.yaml');
    if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
    return runExamples(parsed.map).flatMap((outcome) => outcome.faults);
  };

  test('pass where the record gives just that', () => {
    expect(faults(`examples: [{name: one, record: ${RECORD}, events: [${WANTED}]}, {name: none, record: {order_no: "7"}, refused: true}]\n`)).toEqual([]);
  });

  test.each([
    ['another value', `[${WANTED.replace('customerId: C', 'customerId: D')}]`, 'events[0].customerId: expected "D", the map gives "C"'],
    ['a field too many', `[${WANTED.replace('customerId: C', 'customerId: C, currency: EUR')}]`, 'events[0].currency: expected "EUR", the map gives nothing'],
    ['an event too few', '[]', 'events[0]: not expected'],
    ['an event too many', `[${WANTED}, ${WANTED}]`, 'events[1]: expected, but not given'],
  ])('fail for %s', (_, events, expected) => {
    expect(faults(`examples: [{name: one, record: ${RECORD}, events: ${events}}]\n`).join('\n')).toContain(expected);
  });

  test('fail where a record is refused, or not refused', () => {
    expect(faults(`examples: [{name: one, record: {}, events: []}]\n`)).toEqual(['record 1 is refused: map shop: record: the field `order_no` is missing; where that may be, declare it with ?']);
    expect(faults(`examples: [{name: one, record: ${RECORD}, refused: true}]\n`)).toEqual(['expected that the record is refused, but it gives events']);
  });
});
