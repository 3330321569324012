import type { ASTNode } from '@marcbachmann/cel-js';
import type { Expression } from './expression.js';
import { formatFault } from './local-time.js';

/** Loops within loops over lists of a record. */
const DEEPEST_LOOP = 2;
/** What the language calls a loop. */
const LOOPS = new Set(['map', 'filter', 'all', 'exists', 'exists_one']);

/** A node of a parsed expression, as far as is needed here. */
export interface Node {
  readonly op: ASTNode['op'];
  readonly args: unknown;
}
export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

/** What an expression asks for, and what it has that maps may not use. */
interface Survey {
  readonly asks: Expression['asks'];
  readonly refused: string | null;
}

export function survey(root: Node): Survey {
  const asks: { of: string; field: string; must: boolean }[] = [];
  let refused: string | null = null;
  const look = (value: unknown, loops: number): void => {
    if (Array.isArray(value)) {
      for (const entry of value) look(entry, loops);
      return;
    }
    if (!isNode(value)) return;
    const { op, args } = value;
    const deeper = isLoop(value) ? loops + 1 : loops;
    refused ??= whyRefused(value, deeper);
    const [of, key] = Array.isArray(args) ? (args as unknown[]) : [];
    const field = fieldNamed(op, key);
    if (isNode(of) && of.op === 'id' && field !== null) asks.push({ of: String(of.args), field, must: op !== '.?' });
    look(args, deeper);
  };
  look(root, 0);
  return { asks, refused };
}

const isLoop = ({ op, args }: Node): boolean => op === 'rcall' && Array.isArray(args) && LOOPS.has(String(args[0]));

/** What the language has and maps may not use; null: nothing of it. */
function whyRefused({ op, args }: Node, loops: number): string | null {
  const [name, given] = Array.isArray(args) ? (args as unknown[]) : [];
  if (loops > DEEPEST_LOOP) return `loops are nested more than ${DEEPEST_LOOP} deep`;
  if (op === 'rcall' && name === 'matches') return 'regular expressions (`matches`) are left out, since some never end; use find, startsWith, endsWith or contains';
  return op === 'call' && (name === 'time' || name === 'date') ? formOfTime(given) : null;
}

/** The field that an access names by itself: `record.x`, `record["x"]`. */
export function fieldNamed(op: Node['op'], key: unknown): string | null {
  const named = op === '.' || op === '.?' ? key : op === '[]' && isNode(key) && key.op === 'value' ? key.args : null;
  return typeof named === 'string' ? named : null;
}

/** What is wrong with the form that a call of `time` or `date` names as a text; null: nothing. */
function formOfTime(given: unknown): string | null {
  const form: unknown = Array.isArray(given) ? given[1] : undefined;
  if (!isNode(form) || form.op !== 'value' || typeof form.args !== 'string' || form.args === 'seconds' || form.args === 'milliseconds') return null;
  const fault = formatFault(form.args);
  return fault === null ? null : `the form ${form.args} of a time can't be used: ${fault}`;
}
