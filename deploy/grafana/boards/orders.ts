import { bars, graph, stat, type Board } from './board.js';

const placed = (measure: string): string => `touchpoint:measure{job="$job",window="$window",measure="${measure}"}`;
/** Found within the last hour, by all workers. */
const anHour = (type: string): string => `sum by (name) (increase(cx_derived_total{job="$job",type="${type}"}[1h]))`;

/** How orders stand, and what was raised. */
export const orders: Board = {
  uid: 'touchpoint-orders',
  title: 'Touchpoint: orders',
  description: 'How orders stand now, and what was raised about them. Single orders are on the pages of the service itself.',
  choices: [{ name: 'window', label: 'Window', values: ['1h', '24h', '7d', '28d', 'all'], current: '24h' }],
  rows: [
    {
      title: 'How orders stand',
      panels: [
        stat('Open', 'touchpoint:orders_open{job="$job"}', { unit: 'short', description: 'Placed, and neither delivered nor cancelled.' }),
        stat('Overdue and open', placed('orders_overdue_open'), { unit: 'short', description: 'The promise has passed within the window, and nothing came.', red: { above: 1 } }),
        stat('Placed', placed('orders_placed'), { unit: 'short', description: 'Within the window.' }),
        stat('Delivered', placed('orders_delivered'), { unit: 'short', description: 'Within the window.' }),
        stat('Cancelled', placed('orders_cancelled'), { unit: 'short', description: 'Within the window.' }),
        stat('Failed', 'touchpoint:orders{job="$job",verdict="failed"}', { unit: 'short', description: 'Of all orders that are kept.', red: { above: 1 } }),
        stat('Poor', 'touchpoint:orders{job="$job",verdict="poor"}', { unit: 'short', description: 'Of all orders that are kept.', red: { above: 1 } }),
        stat('Alerts raised in an hour', 'sum(increase(cx_derived_total{job="$job",type="alert.raised"}[1h]))', { unit: 'short', description: 'Warnings and critical ones, those of old events included.' }),
        graph('Orders by verdict', [{ expr: 'touchpoint:orders{job="$job"}', legend: '{{verdict}}' }], { unit: 'short', stacked: true, description: 'All orders that are kept.' }),
        graph('Open orders', [
          { expr: 'touchpoint:orders_open{job="$job"}', legend: 'open' },
          { expr: placed('orders_overdue_open'), legend: 'of these overdue (of the window)' },
        ], { unit: 'short', description: 'Placed, and neither delivered nor cancelled.' }),
        graph('Orders coming and going', [{ expr: `rate(cx_events_total{job="$job",topic="orders",outcome="applied"}[$__rate_interval])`, legend: 'events of orders, {{instance}}' }], { unit: 'ops', stacked: true, description: 'Placed, amended and cancelled, by worker.' }),
        graph('Verdicts that changed', [{ expr: anHour('verdict.changed'), legend: 'to {{name}}' }], { unit: 'short', description: 'Within the hour before.' }),
      ],
    },
    {
      title: 'Alerts',
      panels: [
        graph('Raised', [{ expr: anHour('alert.raised'), legend: '{{name}}' }], { unit: 'short', description: 'Within the hour before, by severity.' }),
        graph('Raised, updated, resolved', [{ expr: 'sum by (type) (increase(cx_derived_total{job="$job",type=~"alert[.].*"}[1h]))', legend: '{{type}}' }], { unit: 'short', description: 'Within the hour before. More raised than resolved for long: work piles up.' }),
        graph('What became of them', [{ expr: 'sum by (outcome) (increase(cx_alert_outcome_seconds_count{job="$job"}[1h]))', legend: '{{outcome}}' }], { unit: 'short', stacked: true, description: 'Live alerts that ended within the hour before: cleared or expired, or as people closed them.' }),
        graph('From the event to the alert', [{ expr: 'histogram_quantile(0.5, sum by (le, severity) (increase(cx_alert_raise_seconds_bucket{job="$job"}[1h])))', legend: '{{severity}}' }], { unit: 's', description: 'Half of the live alerts raised within the hour before came sooner. What is told late comes late.' }),
        graph('Patterns matched', [{ expr: anHour('pattern.matched'), legend: '{{name}}' }], { unit: 'short', description: 'Within the hour before.' }),
        graph('Signals opened', [{ expr: anHour('signal.opened'), legend: '{{name}}' }], { unit: 'short', description: 'Within the hour before.' }),
        bars('Patterns, of the window', `sort_desc(touchpoint:measure{job="$job",window="$window",measure="pattern_count"})`, '{{pattern}}', { unit: 'short', description: 'Orders that match each.' }),
        bars('Verdicts', 'sort_desc(touchpoint:orders{job="$job"})', '{{verdict}}', { unit: 'short', description: 'All orders that are kept.' }),
      ],
    },
  ],
};
