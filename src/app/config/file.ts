import { checkReferences } from './references.js';
import { knownKeysAt } from './keys.js';
import type { Problem } from './problems.js';
import { configSchema, type Settings } from './schema.js';
import { readYaml } from './yaml-file.js';

export type ParsedFile =
  | { readonly kind: 'settings'; readonly settings: Settings; /** As it stands in the file. */ readonly given: unknown }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Reads a configuration file's text; an empty one leaves every default. All problems are told at once. */
export function parseConfigText(text: string, source: string): ParsedFile {
  const read = readYaml(text, source, { schema: configSchema, known: knownKeysAt });
  if (read.kind === 'problems') return read;
  const problems = checkReferences(read.data).map(({ path, message }) => read.at(path, message));
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'settings', settings: read.data, given: read.given };
}
