import { describe, expect, test } from '@jest/globals';
import { parseMetrics } from '../../bench/serve/metrics.js';
import { withSection } from '../../bench/serve/results.js';
import type { Run } from '../../bench/serve/runs.js';
import { median, medianKnown, quantile } from '../../bench/serve/statistics.js';
import { isRegression, ratiosOf, tableOf } from '../../bench/serve/throughput-report.js';

const run = (eventsPerSecond: number, cpu: Partial<Run['cpu']> = {}): Run => ({ eventsPerSecond, cpu: { program: 20, redis: null, broker: null, ...cpu }, rssBytes: 200e6 });

describe('what benchmarks make of runs', () => {
  test('the median is that of the sorted values, and of none there is none', () => {
    expect([median([30, 1, 2]), median([2, 1]), median([])]).toEqual([2, 1, NaN]);
    expect([medianKnown([null, 5, null]), medianKnown([null])]).toEqual([5, null]);
  });

  test('99 % lie at or below a quantile', () => {
    const values = Array.from({ length: 200 }, (_, n) => 200 - n);
    expect([quantile(values, 0.99), quantile(values, 1), quantile([7], 0.5)]).toEqual([198, 200, 7]);
  });

  test('ratios are of medians: all to the limit, several to one', () => {
    const limit = { name: 'parse limit', runs: [run(100_000), run(400_000), run(200_000)] };
    const ratios = ratiosOf(limit, [{ name: 'one worker', runs: [run(10_000), run(90_000), run(20_000)] }, { name: '2 workers', runs: [run(30_000)] }]);
    expect(ratios).toEqual([{ name: 'one worker / parse limit', value: 0.1 }, { name: '2 workers / parse limit', value: 0.15 }, { name: '2 workers / one worker', value: 1.5 }]);
  });

  test('a ratio is a regression once it is below what is tolerated, or none at all', () => {
    expect([0.3, 0.21, 0.19, NaN].map((ratio) => isRegression(ratio, 0.3, 1 / 3))).toEqual([false, false, true, true]);
  });

  test('the table leaves empty what this machine does not tell', () => {
    const table = tableOf([{ name: 'one worker', runs: [run(12_340, { broker: 3.14159 }), run(11_000, { broker: null }), run(14_000)] }]);
    expect(table.split('\n').at(-1)).toBe('| one worker | 12.3 k (11.0 k to 14.0 k) | 20.0 |  | 3.1 | 200 |');
  });
});

test('metrics are added up over their labels', () => {
  const metrics = parseMetrics([
    '# HELP cx_events_total Source records', '# TYPE cx_events_total counter',
    'cx_events_total{topic="orders",outcome="applied"} 12', 'cx_events_total{topic="billing",outcome="duplicate"} 3',
    'cx_events_total_more{topic="orders"} 100', 'process_cpu_seconds_total 1.5', 'nodejs_eventloop_lag_p99_seconds 1e-3', '',
  ].join('\n'));
  expect([metrics.sum('cx_events_total'), metrics.sum('process_cpu_seconds_total'), metrics.sum('nodejs_eventloop_lag_p99_seconds'), metrics.sum('none')]).toEqual([15, 1.5, 0.001, 0]);
});

describe('the page of benchmarks', () => {
  const page = 'Before\n<!-- measured: npm run bench -->\nold\n<!-- end of bench -->\nAfter\n';

  test('gets new figures where the old ones stood, again and again', () => {
    const written = withSection(page, 'bench', 'new');
    expect(written).toBe('Before\n<!-- measured: npm run bench -->\nnew\n<!-- end of bench -->\nAfter\n');
    expect(withSection(written, 'bench', 'newer')).toBe(page.replace('old', 'newer'));
  });

  test('without a place for them is refused rather than spoiled', () => {
    expect(() => withSection(page, 'bench:soak', 'new')).toThrow('lacks the markers of bench:soak');
  });
});
