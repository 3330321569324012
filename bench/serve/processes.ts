import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts the CPU time of a process in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100;

/** CPU seconds that a process of this machine has taken so far; null where that can't be told (no Linux, no such process). */
export function cpuSecondsOf(pid: number | null): number | null {
  const fields = pid === null ? null : statOf(pid);
  return fields === null ? null : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The most memory that a process of this machine has held so far, bytes; null where that can't be told. */
export function peakBytesOf(pid: number | null): number | null {
  const kilobytes = pid === null ? undefined : /^VmHWM:\s+(\d+) kB$/m.exec(fileOf(pid, 'status'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
}

/** The process that `parent` (default: this one) started with `text` in its command line; null: none, or this machine doesn't tell. */
export function childRunning(text: string, parent = process.pid): number | null {
  let pids: number[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return null;
  }
  return pids.find((pid) => Number(statOf(pid)?.[1]) === parent && fileOf(pid, 'cmdline').includes(text)) ?? null;
}

/** What follows the name of the command, which may hold anything: state, parent and so on. */
function statOf(pid: number): string[] | null {
  const stat = fileOf(pid, 'stat');
  return stat === '' ? null : stat.replace(/^.*\) /s, '').split(' ');
}

/** What Linux tells of a process under this name; empty where there is no such process, or no Linux. */
function fileOf(pid: number, name: 'stat' | 'status' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
