import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the CPU time of a process in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100;

/** CPU seconds that a process of this machine has taken so far; null where that can't be told (no Linux, no such process). */
export function cpuSecondsOf(pid: number | null): number | null {
  const fields = pid === null ? null : statOf(pid);
  return fields === null ? null : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The process that this one started with `text` in its command line; null: none, or this machine doesn't tell. */
export function childRunning(text: string): number | null {
  let pids: number[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return null;
  }
  return pids.find((pid) => Number(statOf(pid)?.[1]) === process.pid && commandLineOf(pid).includes(text)) ?? null;
}

/** What follows the name of the command, which may hold anything: state, parent and so on. */
function statOf(pid: number): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  } catch {
    return null;
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
