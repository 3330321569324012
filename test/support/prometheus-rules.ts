import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createIntakeTelemetry } from '../../src/adapters/telemetry/intake-telemetry.js';
import { createLogger } from '../../src/adapters/telemetry/logger.js';
import { createTelemetry } from '../../src/adapters/telemetry/telemetry.js';
import { repositoryRoot } from './services/places.js';

/** The rule files under deploy/prometheus as they are read by Prometheus, and the metrics that they may name. */

const FOLDER = join(repositoryRoot, 'deploy', 'prometheus');

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleCase {
  readonly name: string;
  readonly input_series: readonly { readonly series: string }[];
  readonly promql_expr_test: readonly { readonly expr: string; readonly exp_samples: readonly { readonly labels: string }[] }[];
}

const read = (file: string): unknown => parse(readFileSync(join(FOLDER, file), 'utf8'));

export const rulesIn = (file: string): readonly Rule[] =>
  (read(file) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);

export const ruleCases = (): readonly RuleCase[] =>
  readdirSync(join(FOLDER, 'tests')).flatMap((file) => (read(join('tests', file)) as { tests: RuleCase[] }).tests);

/** Every metric that the processes show, with its labels; `le` of a histogram's buckets included. */
export function knownMetrics(): ReadonlyMap<string, ReadonlySet<string>> {
  const logger = createLogger({ level: 'silent', pretty: false });
  const shown = [createTelemetry({ logger }), createIntakeTelemetry({ logger })].flatMap(({ registry }) => registry.getMetricsAsArray());
  const known = new Map<string, Set<string>>();
  const add = (name: string, labels: readonly string[]): void => {
    known.set(name, new Set([...(known.get(name) ?? []), ...labels, 'job', 'instance']));
  };
  for (const metric of shown as readonly { readonly name: string; readonly type?: unknown; readonly labelNames?: readonly string[] }[]) {
    const labels = metric.labelNames ?? [];
    add(metric.name, labels);
    add(`${metric.name}_bucket`, [...labels, 'le']);
    add(`${metric.name}_count`, labels);
    add(`${metric.name}_sum`, labels);
  }
  add('up', []);
  return known;
}

/** The metrics that an expression names, and the labels by which it chooses among each. */
export function metricsIn(expr: string): readonly { readonly name: string; readonly labels: readonly string[] }[] {
  return [...expr.matchAll(/\b((?:cx_|nodejs_|process_|touchpoint:)[a-zA-Z0-9_:]+|up)\b(?:\{([^}]*)\})?/g)]
    .map(([, name = '', selector = '']) => ({ name, labels: [...selector.matchAll(/([a-z_]+) *(?:=~|!~|!=|=)/g)].map(([, label = '']) => label) }));
}
