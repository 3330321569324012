import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

/** Says to a process that it was started by `runOnInstalledNode`. */
const STARTED = 'TOUCHPOINT_ON_INSTALLED_NODE';
/** Each is passed on to the process that does the work. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The Node that was installed along with this package; null: none was, or this process runs on it. */
export function installedNode(): string | null {
  if (process.env[STARTED] !== undefined) return null;
  try {
    return createRequire(import.meta.url).resolve('node/bin/node');
  } catch {
    return null;
  }
}

/**
 * Runs the same command on another Node, in a process that gets all signals and ends as this one does, also by SIGKILL; this one ends as that
 * does. Written for older versions of Node as well.
 */
export function runOnInstalledNode(node: string): void {
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: { ...process.env, [STARTED]: '1' } });
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // Ctrl-C at a terminal reaches both by itself, and a second one would not let the work be ended in order.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`${node} cannot be started: ${error.message}\n`);
    process.exit(2);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** Has this process end at once when the one that started it so does. */
export function endWithStarter(): void {
  if (process.env[STARTED] === undefined) return;
  Reflect.deleteProperty(process.env, STARTED);
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}
