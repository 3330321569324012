import { writeFileSync } from 'node:fs';
import { quietTelemetry } from '../app/quiet-telemetry.js';
import { nowhere } from '../app/replay-output.js';
import { replay } from '../app/replay.js';
import { renderTellability, tellabilityJson } from '../app/report/tell.js';
import { gather } from '../core/measures/gather.js';
import { createTellability } from '../core/tellability/tellability.js';
import { CommandFault, configOrFault } from './context.js';
import { mapsOrFault } from './maps.js';
import { toldAsFault } from './replay.js';

export interface TellOptions {
  readonly map?: readonly string[];
  readonly json?: string;
}

/** `touchpoint tell DATA...`: what this data can answer, of how many orders, and what is missing. */
export async function tell(named: readonly string[], options: TellOptions): Promise<void> {
  const config = configOrFault();
  const { maps, data: files } = mapsOrFault(options.map, named);
  const tellability = createTellability();
  const { account } = await replay({ files, maps, asOf: null, covered: null }, {
    config, sink: nowhere, telemetry: quietTelemetry(() => undefined), wallClock: () => Date.now(), progress: () => undefined,
    measures: gather({ by: [], mostValues: 1, patterns: [] }),
    order: (assessment, facts) => { tellability.add(assessment, facts); },
  }).catch(toldAsFault);
  const result = tellability.result();
  if (options.json !== undefined) writeOrFault(options.json, tellabilityJson(result));
  process.stdout.write(renderTellability(result));
  const refused = [...account.reasons.values()].reduce((sum, { count }) => sum + count, 0);
  if (refused > 0) process.stdout.write(`\n${refused} records were refused and are not in this; replay says which and why.\n`);
}

function writeOrFault(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CommandFault(`--json ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}
