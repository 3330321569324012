import { PLACE_KEYS, type PlaceKey } from '../contracts/names.js';
import { createOutputFiles, nowhere, type ReplaySink, Unwritable } from '../app/replay-output.js';
import { replay } from '../app/replay.js';
import { renderReport } from '../app/report/render.js';
import { createTally } from '../app/report/summary.js';
import { quietTelemetry } from '../app/quiet-telemetry.js';
import { createTellability } from '../core/tellability/tellability.js';
import { gather } from '../core/measures/gather.js';
import { CommandFault, configOrFault } from './context.js';
import { asOfMs, coveredOf, progressLine, toldAsFault } from './input-options.js';
import { mapsOrFault } from './named-input.js';

export interface ReplayOptions {
  readonly asOf?: string;
  readonly sources?: string;
  readonly out?: string;
  readonly by?: readonly string[];
  readonly map?: readonly string[];
}

/** Of one place key: more than any company has, few enough for the memory. */
const MOST_VALUES = 10_000;

/** `touchpoint replay FILE...` */
export async function replayFiles(named: readonly string[], options: ReplayOptions): Promise<void> {
  const config = configOrFault();
  const { maps, data: files } = await mapsOrFault(options.map, named);
  const sink = options.out === undefined ? nowhere : outputFilesOrFault(options.out);
  const tally = createTally();
  const tellability = createTellability();
  const by = keysOf(options.by ?? []);
  // The report shows measures of the whole alone; files have them all.
  const inFiles = options.out !== undefined;
  const measures = gather({ by: inFiles ? by : [], customers: inFiles, mostValues: MOST_VALUES, patterns: config.rules.patterns.map(({ pattern }) => pattern) });
  const began = performance.now();
  const progress = progressLine();
  const result = await replay(
    { files, maps, asOf: asOfMs(options.asOf), covered: coveredOf(options.sources) },
    {
      config, sink, telemetry: quietTelemetry((orderId, error) => { process.stderr.write(`order ${orderId} could not be assessed: ${error.message}\n`); }),
      wallClock: () => Date.now(), order: (assessment, { journey: { facts } }) => { tally.add(assessment, facts); tellability.add(assessment, facts); }, measures, progress,
    },
  ).catch(toldAsFault);
  progress.clear();
  const rows = measures.rows();
  await sink.close(result.account, rows).catch(toldAsFault);
  const { account, covered, asOf, maps: mapped } = result;
  process.stdout.write(renderReport({
    files, tookMs: performance.now() - began, asOf, covered, topics: account.topics(), refused: account.reasons,
    tally: tally.result(), measures: rows, zone: config.rules.promiseTimeZone, maps: mapped, tellability: tellability.result(),
  }));
}

function outputFilesOrFault(directory: string): ReplaySink {
  try {
    return createOutputFiles(directory);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandFault(`--out ${directory} ${error instanceof Unwritable ? 'cannot be used' : 'cannot be made a folder'}: ${message}`, 2);
  }
}

function keysOf(names: readonly string[]): PlaceKey[] {
  const keys = new Set<PlaceKey>();
  for (const name of names) {
    const key = PLACE_KEYS.find((k) => k === name);
    if (key === undefined) throw new CommandFault(`--by ${name}: expected one of ${PLACE_KEYS.join(', ')}`, 2);
    keys.add(key);
  }
  return [...keys];
}
