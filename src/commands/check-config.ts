import { whyUnreadable } from '../adapters/files/why-unreadable.js';
import { parseConfigText } from '../app/config/file.js';
import { deviations } from '../app/config/deviations.js';
import { formatProblems } from '../app/config/problems.js';
import { rulesOf } from '../app/config/rules-of.js';

export interface CheckConfigPorts {
  /** May throw. */
  readonly readFile: (path: string) => string;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** `touchpoint check-config FILE`: what is wrong with it, by path, or what it changes. Gives the exit code: 0 or 2. */
export function checkConfig(file: string, { readFile, out, err }: CheckConfigPorts): 0 | 2 {
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    err(whyUnreadable(file, error));
    return 2;
  }
  const parsed = parseConfigText(text, file);
  if (parsed.kind === 'problems') {
    err(formatProblems(parsed.problems));
    err(`${parsed.problems.length} ${parsed.problems.length === 1 ? 'problem' : 'problems'}`);
    return 2;
  }
  const changes = deviations(parsed.settings, parsed.given);
  out(`${file}: fine; rules ${rulesOf(parsed.settings).version}, ${changes.length === 0 ? 'nothing differs from the defaults' : 'these differ from the defaults:'}`);
  for (const { path, given, default: usual } of changes) out(`  ${path}: ${given}${usual === null ? '' : ` (default ${usual})`}`);
  return 0;
}
