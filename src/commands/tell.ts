import { renderTellability, tellabilityJson } from '../app/report/tell.js';
import { createTellability } from '../core/tellability/tellability.js';
import { configOrFault } from './context.js';
import { refusedLine } from './input-options.js';
import { judgedOrders } from './judged-orders.js';
import { demandWritable, writeJsonOrFault } from './output-file.js';

export interface TellOptions {
  readonly map?: readonly string[];
  readonly fromKafka?: boolean;
  readonly json?: string;
}

/** `touchpoint tell DATA...` or `--from-kafka`: what the data can answer, of how many orders, and what is missing. */
export async function tell(named: readonly string[], { map, fromKafka = false, json }: TellOptions): Promise<void> {
  demandWritable({ '--json': json });
  const tellability = createTellability();
  const refused = await judgedOrders({ named, map, fromKafka, asOf: null, covered: null }, configOrFault(), (assessment, { journey }) => { tellability.add(assessment, journey.facts); });
  const result = tellability.result();
  process.stdout.write(`${renderTellability(result)}${refusedLine(refused, fromKafka)}`);
  if (json !== undefined) writeJsonOrFault(json, tellabilityJson(result));
}
