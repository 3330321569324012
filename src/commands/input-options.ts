import { parseInstant } from '../contracts/instant.js';
import { COVERABLE_SOURCES, type CoverableSource } from '../contracts/names.js';
import { counted } from '../app/report/layout.js';
import { DataFault } from '../app/maps/data-files.js';
import { CommandFault } from './context.js';

/** What commands that read files of events share: options, faults, and how far they came. */

const PROGRESS_EVERY_MS = 1_000;

/** Says of data that can't be read, or files that can't be written, what a person can mend (exit code 2). */
export function toldAsFault(error: unknown): never {
  if (error instanceof DataFault || (error instanceof Error && 'code' in error)) throw new CommandFault(`Ended early: ${error.message}`, 2);
  throw error;
}

/** `--as-of`, ms; null: not given. */
export function asOfMs(text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = parseInstant(text);
  if (Number.isNaN(at)) throw new CommandFault(`--as-of ${text}: expected an instant with an offset, such as 2026-03-01T00:00:00Z`, 2);
  return at;
}

/** `--sources`; null: not given. */
export function coveredOf(text: string | undefined): ReadonlySet<CoverableSource> | null {
  if (text === undefined) return null;
  const covered = new Set<CoverableSource>();
  for (const name of text.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const source = COVERABLE_SOURCES.find((s) => s === name);
    if (source === undefined) throw new CommandFault(`--sources: ${name} is no source; known are ${COVERABLE_SOURCES.join(', ')}`, 2);
    covered.add(source);
  }
  return covered;
}

/** One line on the terminal that is written over; nothing where stderr is no terminal but every tenth report. */
export function progressLine() {
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

/** The last line of a report on orders: what is not in it; empty where everything is. */
export const refusedLine = (refused: number, fromKafka: boolean): string =>
  (refused === 0 ? '' : `\n${counted(refused, 'record')} ${refused === 1 ? 'was refused and is' : 'were refused and are'} not in this; ${fromKafka ? 'dead-letters list' : 'replay'} says which and why.\n`);
