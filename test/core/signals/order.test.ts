import { describe, expect, test } from '@jest/globals';
import { assessed, delivered, fact, line, on, signalIn, stateOf } from '../../support/facts.js';

const placed = fact('order.placed', '05-01 08:00', { lines: [line('1', 3), line('2')] });
const brought = (when: string, lines: ReturnType<typeof delivered>[] | null, final = true, shipmentId: string | null = null) =>
  fact('delivery.completed', when, { lines, final, shipmentId });
const all = [delivered('1', 3), delivered('2')];

describe('quantity_shortfall', () => {
  const shortfall = (...facts: Parameters<typeof assessed>[0]) => signalIn(assessed(facts), 'quantity_shortfall');

  test('opens at the final delivery, and names the lines; a difference of less than a millionth is none', () => {
    expect(shortfall(placed, brought('05-05 08:00', all))).toBeUndefined();
    expect(shortfall(placed, brought('05-05 08:00', [delivered('1', 2), delivered('2')]))).toMatchObject({ state: 'open', opensAt: on('05-05 08:00'), detail: { lines: ['1'] } });
    expect(shortfall(placed, brought('05-05 08:00', [delivered('1', 2.999_999_5), delivered('2')]))).toBeUndefined();
    expect(shortfall(placed, brought('05-05 08:00', [delivered('1', 2.999_998), delivered('2')]))).toBeDefined();
  });

  test('partial deliveries add up, and only the final one is judged', () => {
    const first = brought('05-04 08:00', [delivered('1', 2)], false);
    expect(shortfall(placed, first)).toBeUndefined();
    expect(shortfall(placed, first, brought('05-05 08:00', [delivered('1', 1), delivered('2')]))).toBeUndefined();
  });

  test('is put right when later deliveries leave no line short', () => {
    const short = [placed, brought('05-05 08:00', [])];
    expect(shortfall(...short, brought('05-06 08:00', [delivered('1', 3)]))).toMatchObject({ state: 'open', detail: { lines: ['1', '2'] } });
    expect(shortfall(...short, brought('05-06 08:00', [delivered('1', 3)]), brought('05-07 08:00', [delivered('2')])))
      .toMatchObject({ state: 'resolved', closedAt: on('05-07 08:00'), detail: { lines: ['1', '2'] } });
  });

  test('is retracted by a partial delivery, or a smaller order, that is told late', () => {
    const short = [placed, brought('05-05 08:00', [delivered('1', 2), delivered('2')])];
    expect(shortfall(...short, brought('05-04 08:00', [delivered('1')], false))).toBeUndefined();
    expect(shortfall(...short, fact('order.amended', '05-02 08:00', { lines: [line('1', 2), line('2')] }))).toBeUndefined();
    expect(shortfall(...short, fact('order.amended', '05-06 08:00', { lines: [line('1', 2), line('2')] }))).toBeDefined();
  });

  test('a substitute counts for the line it stands for alone', () => {
    expect(shortfall(placed, brought('05-05 08:00', [delivered('1', 3), delivered('9', 1, { for: '2', approved: true })]))).toBeUndefined();
    expect(shortfall(placed, brought('05-05 08:00', [delivered('1', 3), delivered('2', 1, { for: '1' })]))?.detail).toEqual({ lines: ['2'] });
  });

  test('a delivery without lines brings what was dispatched under its shipment, once', () => {
    const left = fact('shipment.dispatched', '05-06 08:00', { shipmentId: 's1', lines: [{ lineId: '1', quantity: 3 }, { lineId: '2', quantity: 1 }] });
    expect(assessed([placed, left, brought('05-05 08:00', null, true, 's1')]).unknown).toEqual(['billing_error']);
    expect(stateOf('quantity_overage', [placed, left, brought('05-04 08:00', null, false, 's1'), brought('05-05 08:00', null, true, 's1')])).toBe('-');
    expect(shortfall(placed, left, brought('05-05 08:00', null, true, 's1'))).toBeUndefined();
  });

  test('is unknown where the final delivery tells no quantity; what was judged before stands', () => {
    expect(assessed([placed, brought('05-05 08:00', null, true, 's9')]).unknown).toContain('quantity_shortfall');
    const later = assessed([placed, brought('05-05 08:00', [delivered('1', 3)]), brought('05-06 08:00', null), brought('05-07 08:00', [delivered('2')])]);
    expect(signalIn(later, 'quantity_shortfall')).toMatchObject({ state: 'open' });
    expect(later.unknown).not.toContain('quantity_shortfall');
  });
});

describe('quantity_overage', () => {
  test('opens with more than ordered or with a stranger, at the final delivery or later', () => {
    expect(stateOf('quantity_overage', [placed, brought('05-05 08:00', all)])).toBe('-');
    expect(stateOf('quantity_overage', [placed, brought('05-05 08:00', [delivered('1', 3.000_000_5), delivered('2')])])).toBe('-');
    expect(signalIn(assessed([placed, brought('05-05 08:00', [...all, delivered('9')])]), 'quantity_overage')?.detail).toEqual({ lines: ['9'] });
    expect(signalIn(assessed([placed, brought('05-05 08:00', all), brought('05-06 08:00', [delivered('2')])]), 'quantity_overage'))
      .toMatchObject({ state: 'open', opensAt: on('05-06 08:00'), detail: { lines: ['2'] } });
  });

  test('is retracted by a larger order that is told late', () => {
    const more = [placed, brought('05-05 08:00', [delivered('1', 4), delivered('2')])];
    expect(stateOf('quantity_overage', more)).toBe('open');
    expect(stateOf('quantity_overage', [...more, fact('order.amended', '05-02 08:00', { by: 'customer', lines: [line('1', 4), line('2')] })])).toBe('-');
  });
});

describe('substitution', () => {
  const green = (approved?: boolean) => delivered('9', 1, approved === undefined ? { for: '2' } : { for: '2', approved });

  test('opens with a substitute; neutral only when every one was approved', () => {
    expect(stateOf('substitution', [placed, brought('05-05 08:00', all)])).toBe('-');
    expect(signalIn(assessed([placed, brought('05-05 08:00', [green(true)])]), 'substitution')).toMatchObject({ severity: 0, detail: { approved: true } });
    expect(signalIn(assessed([placed, brought('05-05 08:00', [green()])]), 'substitution')).toMatchObject({ severity: 2, detail: { approved: false } });
    expect(signalIn(assessed([placed, brought('05-04 08:00', [green(true)], false), brought('05-05 08:00', [green(false)])]), 'substitution'))
      .toMatchObject({ severity: 2, opensAt: on('05-04 08:00'), detail: { approved: false, count: 2 } });
  });

  test('a neutral one makes no order worse', () => {
    expect(assessed([placed, brought('05-05 08:00', [delivered('1', 3), green(true)])]).verdict).toBe('good');
  });

  test('is retracted by a cancellation before the delivery that is told late', () => {
    expect(stateOf('substitution', [placed, brought('05-05 08:00', [green()]), fact('order.cancelled', '05-04 08:00')])).toBe('-');
  });
});

describe('cancelled_by_company', () => {
  test('opens only when the company’s cancellation is the end', () => {
    const byCompany = fact('order.cancelled', '05-04 08:00', { by: 'company' });
    expect(signalIn(assessed([placed, byCompany]), 'cancelled_by_company')).toMatchObject({ state: 'open', opensAt: on('05-04 08:00'), severity: 3 });
    expect(stateOf('cancelled_by_company', [placed, fact('order.cancelled', '05-04 08:00')])).toBe('-');
    expect(stateOf('cancelled_by_company', [placed, byCompany, brought('05-03 08:00', all)])).toBe('-');
    expect(stateOf('cancelled_by_company', [placed, byCompany, fact('order.cancelled', '05-03 08:00')])).toBe('-');
  });
});
