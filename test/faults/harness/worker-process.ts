import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { cleanEnvironment, until } from '../../support/touchpoint.js';

const MAIN = resolve(import.meta.dirname, '../../../dist/main.js');
const BUILT = resolve(import.meta.dirname, '../built.mjs');
const SAPPED = resolve(import.meta.dirname, '../worker.ts');

/** What a worker with a defect does; see test/faults/worker.ts. */
export interface Defect {
  /** At the call number `nth` (from 1) of `operation` the process gets `signal`: before it, while it is under way, or once it is done. */
  readonly die?: {
    readonly operation: string;
    readonly when: 'before' | 'during' | 'after';
    readonly nth: number;
    readonly signal: 'SIGKILL' | 'SIGSTOP';
    /** Of `during`: how long after the call began. */
    readonly afterMs?: number;
  };
  /** A rule throws on orders of this carrier. */
  readonly ruleThrowsFor?: string;
}

/** A line of its log. */
export interface LogLine {
  readonly time: number;
  readonly event?: string;
  readonly lane?: number;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** A worker of the built product. */
export interface Worker {
  readonly url: string;
  readonly pid: number;
  readonly log: () => readonly LogLine[];
  /** Everything it printed that is no log line. */
  readonly printed: () => string;
  readonly ended: () => boolean;
  readonly exited: Promise<number | null>;
  /** The lanes that its log says it holds. */
  readonly lanes: () => ReadonlySet<number>;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, and gone. */
  kill(): Promise<void>;
  /** SIGTERM: the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `touchpoint serve`, or, with a defect, the same composition with the defect in it. */
export async function startWorker(env: Readonly<Record<string, string>>, defect?: Defect): Promise<Worker> {
  const args = defect === undefined ? [MAIN, 'serve'] : ['--disable-warning=ExperimentalWarning', '--import', BUILT, SAPPED, JSON.stringify(defect)];
  const child = spawn(process.execPath, args, { env: { ...cleanEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = readLog(child);
  let code: number | null | undefined;
  const exited = new Promise<number | null>((done) => child.once('exit', (ended) => {
    code = ended;
    done(ended);
  }));
  const ended = (): boolean => code !== undefined;
  const url = await until('a worker that is ready', 120_000, async () => {
    // One that is to die early may never come so far.
    if (ended() && defect?.die === undefined) throw new Error(`the worker ended with ${String(code)}: ${output.text()}`);
    if (ended()) return 'gone';
    const ready = output.lines.find(({ event }) => event === 'service.ready');
    return (ready?.['url'] as string | undefined) ?? (defect?.die?.signal === 'SIGSTOP' && isFrozen(child) ? 'frozen' : undefined);
  }).catch((error: unknown) => {
    // Left running it would take part in whatever comes next, and keep the run from ending.
    child.kill('SIGKILL');
    throw error;
  });
  return {
    url, pid: child.pid ?? 0, exited, ended,
    log: () => output.lines,
    printed: output.text,
    lanes: () => lanesOf(output.lines),
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** Was it stopped by a signal? Linux tells it after the name of the program, which stands in parentheses. */
const isFrozen = ({ pid }: ChildProcess): boolean => / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ''));

function readLog(child: ChildProcess) {
  const lines: LogLine[] = [];
  let rest = '';
  let other = '';
  child.stdout?.on('data', (data: Buffer) => {
    const parts = (rest + data.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      try {
        lines.push(JSON.parse(part) as LogLine);
      } catch {
        other += `${part}\n`;
      }
    }
  });
  child.stderr?.on('data', (data: Buffer) => { other += data.toString(); });
  return { lines, text: () => other };
}

function lanesOf(lines: readonly LogLine[]): ReadonlySet<number> {
  const held = new Set<number>();
  for (const { event, lane } of lines) {
    if (lane === undefined) continue;
    if (event === 'lane.claimed') held.add(lane);
    else if (event === 'lane.dropped') held.delete(lane);
  }
  return held;
}
