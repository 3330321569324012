import { bars, graph, stat, type Board, type Panel, type Row } from './board.js';

const chosen = (measure: string, more = ''): string => `touchpoint:measure{job="$job",window="$window",measure="${measure}"${more}}`;
const DUE = ',target="baseline",cohort="due"';

const share = (title: string, measure: string, description: string, more = ''): Panel =>
  stat(title, chosen(measure, more), { unit: 'percentunit', description });

/** The main figures by a key of place; shown on /metrics where measures.shownBy names the key. */
const byPlace = (key: string, title: string): Row => {
  const of = (measure: string): string => `touchpoint:measure_by{job="$job",window="$place_window",key="${key}",measure="${measure}"}`;
  const barsBy = (name: string, measure: string, description: string): Panel =>
    bars(name, `sort_desc(${of(measure)})`, '{{value}}', { unit: 'percentunit', max: 1, width: 6, description });
  return {
    title,
    panels: [
      bars('Orders placed', `sort_desc(${of('orders_placed')})`, '{{value}}', { unit: 'short', width: 6, description: `The 25 with the most orders. Needs ${key} in measures.shownBy; GET /v1/measures?by=${key} has all.` }),
      barsBy('On time', 'on_time_rate', 'Of the orders whose promise has passed, delivered or not, those that kept it.'),
      barsBy('On time and in full', 'on_time_in_full_rate', 'Of delivered orders.'),
      barsBy('Bills right', 'invoice_accuracy_rate', 'Of orders with a bill.'),
    ],
  };
};

/** What customers lived through. */
export const experience: Board = {
  uid: 'touchpoint-experience',
  title: 'Touchpoint: experience',
  description: 'What customers lived through, over the chosen window. docs/measures.md has the formula of every figure.',
  choices: [
    { name: 'window', label: 'Window', values: ['1h', '24h', '7d', '28d', 'all'], current: '24h' },
    { name: 'place_window', label: 'Window by place', values: ['24h', '7d'], current: '24h' },
  ],
  rows: [
    {
      title: 'Promises',
      panels: [
        share('On time', 'on_time_rate', 'Of the orders whose promise has passed, delivered or not, those that kept what the customer was promised or had asked for.', DUE),
        share('On time, as usually told', 'on_time_rate', 'Of delivered orders, by the latest date: it leaves out those that never came, and counts a moved promise as kept.', ',target="latest",cohort="delivered"'),
        share('In full', 'in_full_rate', 'Delivered orders without a line short, over or replaced unasked.'),
        share('On time and in full', 'on_time_in_full_rate', 'Of delivered orders.'),
        share('Perfect orders', 'perfect_order_rate', 'On time, in full, undamaged, billed right.'),
        share('Units delivered', 'unit_fill_rate', 'Of the units ordered.'),
        share('Sent on time', 'on_time_dispatch_rate', 'First dispatch by its own deadline.'),
        share('New dates kept', 'reschedule_kept_rate', 'Dates that the company moved a delivery to.'),
        graph('Promises kept', [
          { expr: chosen('on_time_rate', ',target="original",cohort="due"'), legend: 'the original date, of all due' },
          { expr: chosen('on_time_rate', DUE), legend: 'what holds for the customer, of all due' },
          { expr: chosen('on_time_rate', ',target="latest",cohort="delivered"'), legend: 'the latest date, of delivered' },
        ], { unit: 'percentunit', max: 1, description: 'The gap is what the usual figure does not tell.' }),
        graph('In full and right', [
          { expr: chosen('in_full_rate'), legend: 'in full' },
          { expr: chosen('on_time_in_full_rate'), legend: 'on time and in full' },
          { expr: chosen('perfect_order_rate'), legend: 'perfect' },
        ], { unit: 'percentunit', max: 1, description: 'Of delivered orders.' }),
        graph('Days late or early', [{ expr: chosen('delivery_delay_seconds', ',statistic=~"p50|p90|p99"'), legend: '{{statistic}}' }], { unit: 's', description: 'Delivery against the original promise; negative is early.' }),
        graph('From order to delivery', [{ expr: chosen('order_cycle_seconds', ',statistic=~"p50|p90|p99"'), legend: '{{statistic}}' }], { unit: 's', description: 'Of delivered orders.' }),
      ],
    },
    {
      title: 'Changes, notices and bills',
      panels: [
        bars('When customers heard of a changed date', chosen('change_notice'), '{{bucket}}', { unit: 'short', description: 'Before the date that was given up; after the fact and never are what hurts.' }),
        graph('Changes', [
          { expr: chosen('promise_revisions_per_order'), legend: 'promises replaced, per order' },
          { expr: chosen('expedited_rate'), legend: 'sent by express' },
        ], { unit: 'percentunit', width: 6, description: 'What it took to keep them.' }),
        graph('Bills', [{ expr: chosen('invoice_accuracy_rate'), legend: 'right' }], { unit: 'percentunit', max: 1, width: 6, description: 'Orders with a bill and without a billing error, put right or not.' }),
      ],
    },
    {
      title: 'Customers',
      panels: [
        share('Had to come back', 'contact_rate', 'Orders about which the customer contacted the company.'),
        stat('NPS', chosen('nps'), { unit: 'short', description: 'Promoters less detractors, of 100 answers.' }),
        share('Satisfied (CSAT)', 'csat', 'Good answers of all.'),
        share('Easy (CES)', 'ces', 'Good answers of all.'),
        graph('Answers', [
          { expr: chosen('csat'), legend: 'CSAT' },
          { expr: chosen('ces'), legend: 'CES' },
          { expr: chosen('contact_rate'), legend: 'had to come back' },
        ], { unit: 'percentunit', max: 1, description: 'Over the window, by when they answered or placed the order.' }),
      ],
    },
    {
      title: 'What went wrong',
      panels: [
        bars('Signals', `sort_desc(${chosen('signal_count')} > 0)`, '{{signal}}', { unit: 'short', description: 'Orders with each signal, open or resolved. docs/signals.md says what each means.' }),
        bars('Patterns', `sort_desc(${chosen('pattern_count')})`, '{{pattern}}', { unit: 'short', width: 6, description: 'Orders that match each: a customer about to be lost.' }),
        bars('Verdicts', `sort_desc(touchpoint:orders{job="$job"})`, '{{verdict}}', { unit: 'short', width: 6, description: 'All orders that are kept, not only those of the window.' }),
      ],
    },
    byPlace('carrier', 'By carrier'),
    byPlace('region', 'By region'),
  ],
};
