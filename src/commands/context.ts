import { readFileSync } from 'node:fs';
import { whyUnreadable } from '../adapters/files/why-unreadable.js';
import { type Config, formatProblems, loadConfig } from '../app/config.js';
import { readSinkSecrets } from '../app/sink-secrets.js';
import type { ConfiguredSink } from '../app/sinks.js';

/** A fault that the person at the keyboard can mend: told in words, without a stack, with this exit code. */
export class CommandFault extends Error {
  constructor(message: string, readonly exitCode: 1 | 2) {
    super(message);
    this.name = 'CommandFault';
  }
}

/** The configuration of this process; says everything that is wrong with it at once (exit code 2). @param file another than `TOUCHPOINT_CONFIG` names */
export function configOrFault(file?: string): Config {
  const read = (path: string): string => readFileSync(path, 'utf8');
  if (file !== undefined) {
    try {
      read(file);
    } catch (error) {
      throw new CommandFault(whyUnreadable(file, error), 2);
    }
  }
  const loaded = loadConfig(file === undefined ? process.env : { ...process.env, TOUCHPOINT_CONFIG: file }, read);
  if (loaded.kind === 'problems') throw new CommandFault(`The configuration cannot be used:\n${formatProblems(loaded.problems)}`, 2);
  return loaded.config;
}

/** The sinks with their secrets; says everything that is wrong with these at once (exit code 2). */
export function sinksOrFault({ sinks }: Config): readonly ConfiguredSink[] {
  const { secrets, problems } = readSinkSecrets(sinks, { variables: process.env, readFile: (path) => readFileSync(path, 'utf8') });
  if (problems.length > 0) throw new CommandFault(`The secrets of sinks cannot be used:\n${formatProblems(problems)}`, 2);
  return sinks.flatMap((settings) => {
    const found = secrets.get(settings.name);
    return found === undefined ? [] : [{ settings, secrets: found }];
  });
}
