import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Line } from '../adapters/files/lines.js';
import { createNdjsonWriter } from '../adapters/files/ndjson-writer.js';
import { whyUnwritable } from '../adapters/files/why-unwritable.js';
import { stageOf } from '../contracts/dead-letter.js';
import type { Measures } from '../contracts/measures.js';
import type { DeadLetterReason } from '../contracts/names.js';
import type { OutputRecord } from '../pipeline/ports.js';
import type { ReplayAccount } from './replay-account.js';

/** Where a replay puts what it says. */
export interface ReplaySink {
  /** Are records wanted? Where they aren't, none is made. */
  readonly outputs: boolean;
  output(record: OutputRecord): void;
  /** `text` is asked for only where journeys are wanted. */
  journey(text: () => string): void;
  deadLetter(reason: DeadLetterReason, message: string, line: Line): void;
  /** Waits while too much is in flight. Rejects when a file can't be written. */
  drain(): Promise<void>;
  close(account: ReplayAccount, measures: Measures): Promise<void>;
}

/** A replay without `--out`: only its report is wanted. */
export const nowhere: ReplaySink = {
  outputs: false,
  output: () => undefined,
  journey: () => undefined,
  deadLetter: () => undefined,
  drain: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

const FILES = {
  'cx.events': 'cx.events.ndjson', 'cx.alerts': 'cx.alerts.ndjson', 'cx.journeys': 'journeys.ndjson', 'cx.dead-letters': 'dead-letters.ndjson',
  report: 'report.json', measures: 'measures.json',
} as const;

/** A file of `--out DIR` can't be written. */
export class Unwritable extends Error {}

/**
 * The files of `--out DIR`; the directory is made if need be.
 * @throws Unwritable, before any is opened, when one of them can't be written
 */
export function createOutputFiles(directory: string): ReplaySink {
  mkdirSync(directory, { recursive: true });
  const file = (name: keyof typeof FILES): string => join(directory, FILES[name]);
  for (const name of Object.values(FILES)) {
    const why = whyUnwritable(join(directory, name));
    if (why !== null) throw new Unwritable(`${name}: ${why}`);
  }
  const writers = {
    'cx.events': createNdjsonWriter(file('cx.events')),
    'cx.alerts': createNdjsonWriter(file('cx.alerts')),
    'cx.journeys': createNdjsonWriter(file('cx.journeys')),
    'cx.dead-letters': createNdjsonWriter(file('cx.dead-letters')),
  };
  return {
    outputs: true,
    output(record) {
      if (record.value !== null) writers[record.topic].write(record.value.toString());
    },
    journey: (text) => { writers['cx.journeys'].write(text()); },
    deadLetter(reason, message, line) {
      const { file, number, text } = line;
      writers['cx.dead-letters'].write(JSON.stringify({ reason, message, ...(stageOf(reason) === 'map' ? { stage: 'map' } : {}), file, line: number, value: text }));
    },
    async drain() {
      for (const writer of Object.values(writers)) await writer.drain();
    },
    async close(account, measures) {
      await Promise.all(Object.values(writers).map((writer) => writer.close()));
      await writeFile(file('report'), `${JSON.stringify({ topics: account.topics() }, null, 2)}\n`);
      await writeFile(file('measures'), `[\n${measures.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
    },
  };
}
