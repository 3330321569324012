import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of these commands that PATH offers; null when there is none. */
export function onPath(...commands: string[]): string | null {
  for (const command of commands) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const file = join(folder, command);
      if (isExecutable(file)) return file;
    }
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface RunOptions {
  /** Added to this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: this process's own folder. */
  readonly cwd?: string;
  readonly timeoutMs: number;
}

/** Runs to the end and gives standard output; a failure throws with the end of what was printed. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { env: { ...process.env, ...options.env }, ...(options.cwd === undefined ? {} : { cwd: options.cwd }), timeout: options.timeoutMs, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = `${stdout}\n${stderr}`.trim().slice(-800);
      reject(new Error(`${command} ${args.join(' ')} failed (${error.code ?? error.signal ?? error.message}): ${said}`));
    });
  });
}
