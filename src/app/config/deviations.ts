import { configSchema, type Settings } from './schema.js';
import { settingDescriptions } from './keys.js';

export interface Deviation {
  /** Dotted path of the setting. */
  readonly path: string;
  /** As it stands in the file. */
  readonly given: string;
  /** null: the default is empty. */
  readonly default: string | null;
}

/** What a file changes, in the order of the schema: settings that repeat their default are left out. */
export function deviations(settings: Settings, given: unknown): readonly Deviation[] {
  const defaults = configSchema.parse({});
  const differing = new Set(differingSettings(settings, defaults));
  return settingDescriptions()
    .filter(({ path }) => differing.has(path))
    .flatMap(({ path, default: usual }) => entries(path, at(given, path)).map((entry) => ({ ...entry, default: isEmpty(usual) ? null : text(usual) })));
}

/** Paths of the settings in which these differ, in the order of the schema. */
export const differingSettings = (a: Settings, b: Settings): readonly string[] =>
  settingDescriptions().map(({ path }) => path).filter((path) => !same(at(a, path), at(b, path)));

/** A section with names of one's own is told name by name. */
function entries(path: string, given: unknown): readonly Pick<Deviation, 'path' | 'given'>[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return [{ path, given: text(given) }];
  return Object.entries(given).map(([name, entry]) => ({ path: `${path}.${name}`, given: text(entry) }));
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const isEmpty = (value: unknown): boolean => value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Follows a dotted path; names of topics have dots of their own, so the longest key that fits is taken first. */
function at(value: unknown, path: string): unknown {
  if (path === '') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const key = Object.keys(value).filter((name) => path === name || path.startsWith(`${name}.`)).toSorted((a, b) => b.length - a.length)[0];
  return key === undefined ? undefined : at((value as Record<string, unknown>)[key], path.slice(key.length + 1));
}
