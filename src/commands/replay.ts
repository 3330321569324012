import { COVERABLE_SOURCES, PLACE_KEYS, type CoverableSource, type PlaceKey } from '../contracts/names.js';
import { parseInstant } from '../contracts/instant.js';
import { createOutputFiles, nowhere } from '../app/replay-output.js';
import { replay } from '../app/replay.js';
import { renderReport } from '../app/report/render.js';
import { createTally } from '../app/report/summary.js';
import { quietTelemetry } from '../app/quiet-telemetry.js';
import { createTellability } from '../core/tellability/tellability.js';
import { DataFault } from '../app/maps/data-files.js';
import { gather } from '../core/measures/gather.js';
import { CommandFault, configOrFault } from './context.js';
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

const PROGRESS_EVERY_MS = 1_000;

/** `touchpoint replay FILE...` */
export async function replayFiles(named: readonly string[], options: ReplayOptions): Promise<void> {
  const config = configOrFault();
  const { maps, data: files } = await mapsOrFault(options.map, named);
  const sink = options.out === undefined ? nowhere : createOutputFiles(options.out);
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
      wallClock: () => Date.now(), order: (assessment, facts) => { tally.add(assessment, facts); tellability.add(assessment, facts); }, measures, progress,
    },
  ).catch(toldAsFault);
  progress.clear();
  const rows = measures.rows();
  await sink.close(result.account, rows);
  const { account, covered, asOf, maps: mapped } = result;
  process.stdout.write(renderReport({
    files, tookMs: performance.now() - began, asOf, covered, topics: account.topics(), refused: account.reasons,
    tally: tally.result(), measures: rows, zone: config.rules.promiseTimeZone, maps: mapped, tellability: tellability.result(),
  }));
}

/** Says of data that can't be read, or files that can't be written, what a person can mend (exit code 2). */
export function toldAsFault(error: unknown): never {
  if (error instanceof DataFault || (error instanceof Error && 'code' in error)) throw new CommandFault(`The replay ended early: ${error.message}`, 2);
  throw error;
}

function asOfMs(text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = parseInstant(text);
  if (Number.isNaN(at)) throw new CommandFault(`--as-of ${text}: expected an instant with an offset, such as 2026-03-01T00:00:00Z`, 2);
  return at;
}

function coveredOf(text: string | undefined): ReadonlySet<CoverableSource> | null {
  if (text === undefined) return null;
  const covered = new Set<CoverableSource>();
  for (const name of text.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const source = COVERABLE_SOURCES.find((s) => s === name);
    if (source === undefined) throw new CommandFault(`--sources: ${name} is no source; known are ${COVERABLE_SOURCES.join(', ')}`, 2);
    covered.add(source);
  }
  return covered;
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

/** One line on the terminal that is written over; nothing where stderr is no terminal but every tenth report. */
function progressLine() {
  const isTerminal = process.stderr.isTTY;
  let last = performance.now();
  let told = 0;
  const began = last;
  const tell = (lines: number, bytes: number): void => {
    const now = performance.now();
    if (now - last < (isTerminal ? PROGRESS_EVERY_MS : 10 * PROGRESS_EVERY_MS)) return;
    last = now;
    told += 1;
    const rate = Math.round(lines / ((now - began) / 1_000));
    const text = `${lines.toLocaleString('en')} lines, ${(bytes / 1e6).toFixed(0)} MB read, ${rate.toLocaleString('en')} lines a second`;
    process.stderr.write(isTerminal ? `\r${text}\u001b[K` : `${text}\n`);
  };
  return Object.assign(tell, {
    clear(): void {
      if (isTerminal && told > 0) process.stderr.write('\r\u001b[K');
    },
  });
}
