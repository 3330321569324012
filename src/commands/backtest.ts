import { createNdjsonWriter, type NdjsonWriter } from '../adapters/files/ndjson-writer.js';
import { type Catalogue, catalogueUnder, type Config } from '../app/config.js';
import { settingChanges } from '../app/config/setting-changes.js';
import type { SeeOrder } from '../app/replay-orders.js';
import { backtestJson, differenceLine, renderBacktest } from '../app/report/backtest.js';
import type { CoverableSource } from '../contracts/names.js';
import { createBacktest } from '../core/backtest/backtest.js';
import type { JudgedBy } from '../core/backtest/order-life.js';
import { CommandFault, configOrFault } from './context.js';
import { asOfMs, coveredOf, refusedLine } from './input-options.js';
import { judgedOrders } from './judged-orders.js';
import { demandWritable, writeJsonOrFault } from './output-file.js';

export interface BacktestOptions {
  readonly rules: string;
  readonly against?: string;
  readonly map?: readonly string[];
  readonly fromKafka?: boolean;
  readonly asOf?: string;
  readonly sources?: string;
  readonly examples: string;
  readonly out?: string;
  readonly json?: string;
  readonly failOnChange?: boolean;
}

/** `touchpoint backtest --rules NEW DATA...`: what would be different, had the same events been judged by other rules. */
export async function backtest(named: readonly string[], options: BacktestOptions): Promise<void> {
  const { map, fromKafka = false, out, json } = options;
  demandWritable({ '--out': out, '--json': json });
  const before = configOrFault(options.against);
  const after = configOrFault(options.rules);
  const covered = coveredOf(options.sources);
  const began = performance.now();
  const writer = out === undefined ? null : createNdjsonWriter(out);
  let asOf: number | null = null;
  const tried = createBacktest({ examples: examplesOf(options.examples), differs: (difference) => { writer?.write(differenceLine(difference)); } });
  const judgedBy = byBoth(before, after, covered);
  const see: SeeOrder = (_, { journey, at, covered: seen }) => {
    asOf = Math.max(asOf ?? at, at);
    tried.add(journey, at, judgedBy(seen));
  };
  // On which of them each configuration counts is its own affair.
  const read = fromKafka ? new Set<CoverableSource>([...before.topics.subscribed, 'refunds']) : null;
  const input = { named, map, fromKafka, asOf: asOfMs(options.asOf), covered: covered ?? read, ...(writer === null ? {} : { drain: () => writer.drain() }) };
  const refused = await judgedOrders(input, before, see);
  if (writer !== null) await closeOrFault(writer, out ?? '');
  const summary = {
    result: tried.result(), settings: settingChanges(before.settings, after.settings), asOf, tookMs: performance.now() - began,
    rules: { before: { name: options.against ?? 'the present configuration', version: before.rules.version }, after: { name: options.rules, version: after.rules.version } },
  };
  process.stdout.write(`${renderBacktest(summary)}${refusedLine(refused, fromKafka)}`);
  if (json !== undefined) writeJsonOrFault(json, backtestJson(summary));
  if (options.failOnChange === true && summary.result.differing > 0) process.exitCode = 1;
}

/**
 * What orders are judged by before and after. Sources that were not named are relied on where they are seen and the configuration
 * counts on them; those that are read are the same for both, as reading others takes a restart.
 */
function byBoth(before: Config, after: Config, named: ReadonlySet<CoverableSource> | null) {
  const { subscribed } = before.topics;
  const by = (catalogue: Catalogue, seen: ReadonlySet<CoverableSource>): JudgedBy =>
    ({ context: { rules: catalogue.rules, covered: named ?? new Set([...seen].filter((source) => catalogue.covered.has(source))) }, alerts: catalogue.alerts });
  const next = catalogueUnder(after.settings, subscribed);
  let known: { readonly seen: ReadonlySet<CoverableSource>; readonly by: { readonly before: JudgedBy; readonly after: JudgedBy } } | null = null;
  return (seen: ReadonlySet<CoverableSource>) => {
    if (known?.seen !== seen) known = { seen, by: { before: by(before, seen), after: by(next, seen) } };
    return known.by;
  };
}

function examplesOf(text: string): number {
  const examples = Number(text);
  if (!/^\d{1,4}$/.test(text) || examples > 1_000) throw new CommandFault(`--examples ${text}: expected a number from 0 to 1000`, 2);
  return examples;
}

async function closeOrFault(writer: NdjsonWriter, file: string): Promise<void> {
  try {
    await writer.close();
  } catch (error) {
    throw new CommandFault(`--out ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}
