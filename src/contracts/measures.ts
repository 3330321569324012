import { z } from 'zod';
import { count, patternName, signalName } from './assessed.js';
import { NOTICE_BUCKETS, PLACE_KEYS } from './names.js';

/** What is measured of many orders: rows of `GET /v1/measures` and of a replay's `measures.json`. */

export const MEASURES = [
  'orders_placed', 'orders_delivered', 'orders_cancelled', 'orders_overdue_open',
  'on_time_rate', 'in_full_rate', 'on_time_in_full_rate', 'perfect_order_rate', 'unit_fill_rate',
  'delivery_delay_seconds', 'order_cycle_seconds', 'promise_revisions_per_order', 'reschedule_kept_rate', 'change_notice',
  'on_time_dispatch_rate', 'expedited_rate', 'invoice_accuracy_rate', 'contact_rate', 'signal_count', 'pattern_count',
  'nps', 'csat', 'ces', 'customers_hurt', 'within_customer_sd_seconds',
] as const;
export type MeasureName = (typeof MEASURES)[number];

export const MEASURE_WINDOWS = ['1h', '24h', '7d', '28d', 'all'] as const;
export type MeasureWindow = (typeof MEASURE_WINDOWS)[number];

export const MEASURE_UNITS = ['orders', 'changes', 'customers', 'ratio', 'seconds', 'points'] as const;
export type MeasureUnit = (typeof MEASURE_UNITS)[number];

export const MEASURE_TARGETS = ['original', 'baseline', 'latest'] as const;
/** Which promise a delivery is measured against. */
export type MeasureTarget = (typeof MEASURE_TARGETS)[number];
export const MEASURE_COHORTS = ['delivered', 'due'] as const;
export type MeasureCohort = (typeof MEASURE_COHORTS)[number];

/** Stretches of an order's life whose evenness is measured per customer. */
export const MEASURED_PROCESSES = ['order_to_dispatch', 'dispatch_to_delivery', 'delivery_delay', 'order_to_invoice'] as const;
export type MeasuredProcess = (typeof MEASURED_PROCESSES)[number];

const by = z.partialRecord(z.enum(PLACE_KEYS), z.string());

export const measureRow = z.object({
  measure: z.enum(MEASURES),
  window: z.enum(MEASURE_WINDOWS),
  by: by.optional().meta({ description: 'The place that the row is for, such as {"carrier":"NorthPost"}; absent: all orders. `other` stands for the values beyond the number kept apart' }),
  value: z.number().nullable().meta({ description: 'null where it is not defined, such as a share of nothing' }),
  numerator: z.number().optional(),
  denominator: z.number().min(0).optional().meta({ description: 'Number of orders, answers or units that the value rests on' }),
  unit: z.enum(MEASURE_UNITS),
  unknown: count.optional().meta({ description: 'Orders left out because a delivery did not tell what it held' }),
  standardError: z.number().nullable().optional().meta({ description: 'Of nps, in points' }),
  customers: z.array(z.string()).optional().meta({ description: 'Of customers_hurt: who they are, sorted' }),
  target: z.enum(MEASURE_TARGETS).optional(),
  cohort: z.enum(MEASURE_COHORTS).optional(),
  statistic: z.enum(['mean', 'sd', 'p50', 'p90', 'p99']).optional(),
  bucket: z.enum(NOTICE_BUCKETS).optional(),
  signal: signalName.optional(),
  pattern: patternName.optional(),
  touchpoint: z.string().optional(),
  task: z.string().optional(),
  process: z.enum(MEASURED_PROCESSES).optional(),
});
export type MeasureRow = z.infer<typeof measureRow>;

export const measures = z.array(measureRow).meta({ description: 'Measures over many orders, a row for each figure.' });
export type Measures = z.infer<typeof measures>;

export const MEASURES_EXAMPLE: Measures = [
  { measure: 'orders_placed', window: 'all', value: 398, unit: 'orders' },
  { measure: 'on_time_rate', window: 'all', value: 0.9, numerator: 27, denominator: 30, unit: 'ratio', target: 'baseline', cohort: 'due' },
  { measure: 'on_time_rate', window: 'all', by: { carrier: 'NorthPost' }, value: null, numerator: 0, denominator: 0, unit: 'ratio', target: 'baseline', cohort: 'due' },
  { measure: 'delivery_delay_seconds', window: 'all', value: -131_413.032, denominator: 345, unit: 'seconds', statistic: 'p50' },
  { measure: 'nps', window: 'all', value: 40.9, numerator: 27, denominator: 66, unit: 'points', standardError: 11.13, touchpoint: 'delivery' },
  { measure: 'customers_hurt', window: 'all', value: 2, unit: 'customers', customers: ['C-7', 'C-9'] },
];
