import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { whyUnreadable } from '../../adapters/files/why-unreadable.js';
import type { CompiledMap } from '../../pipeline/maps/compile-map.js';

/** Data that can't be read by the maps that were given; the message says which and what to do. */
export class DataFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DataFault';
  }
}

/** The files that a map reads, and those of each of its joins. */
export interface MapFiles {
  readonly map: CompiledMap;
  readonly inputs: readonly string[];
  readonly joins: ReadonlyMap<string, readonly string[]>;
}

/**
 * Tells the data among the maps by the names of the files; a folder stands for the files in it.
 * @throws DataFault where a map finds nothing, or a file that was named is read by no map.
 */
export const assignFiles = (maps: readonly CompiledMap[], data: readonly string[]): Promise<readonly MapFiles[]> =>
  assign(maps, data, (map, find) => find(filesOf(map), `map ${map.definition.name}`));

/** The same for maps whose records come from topics, and only their joins from files. @throws as `assignFiles` */
export const assignJoins = (maps: readonly CompiledMap[], data: readonly string[]): Promise<readonly MapFiles[]> => assign(maps, data, () => []);

type Find = (patterns: readonly string[], what: string) => readonly string[];

async function assign(maps: readonly CompiledMap[], data: readonly string[], inputsOf: (map: CompiledMap, find: Find) => readonly string[]): Promise<readonly MapFiles[]> {
  const named: string[] = [];
  const inFolders: string[] = [];
  for (const path of data) {
    const found = await stat(path).catch((error: unknown) => { throw new DataFault(whyUnreadable(path, error), { cause: error }); });
    if (found.isDirectory()) inFolders.push(...(await readdir(path)).sort().map((name) => join(path, name)));
    else named.push(path);
  }
  const files = [...named, ...inFolders];
  const used = new Set<string>();
  const find: Find = (patterns, what) => {
    const found = files.filter((file) => patterns.some((pattern) => fits(basename(file), pattern)));
    if (found.length === 0) throw new DataFault(`${what} reads ${patterns.join(', ')}, and no such file was given${files.length === 0 ? '' : ` among ${shown(files)}`}`);
    for (const file of found) used.add(file);
    return found;
  };
  const assigned = maps.map((map): MapFiles => ({
    map, inputs: inputsOf(map, find),
    joins: new Map(map.definition.joins.map((join) => [join.name, find(join.files, `map ${map.definition.name}: joins.${join.name}`)])),
  }));
  const unread = named.filter((file) => !used.has(file));
  if (unread.length > 0) throw new DataFault(`no map reads ${shown(unread)}: the names of the files that a map reads stand in its input.files`);
  return assigned;
}

function filesOf({ definition: { name, input } }: CompiledMap): readonly string[] {
  if (input.files.length === 0) throw new DataFault(`map ${name} reads topics (${input.topics.join(', ')}), which \`touchpoint intake\` does: for files it has to name them in input.files`);
  return input.files;
}

const shown = (files: readonly string[]): string => `${files.slice(0, 8).map((file) => basename(file)).join(', ')}${files.length > 8 ? ' and others' : ''}`;

/** `*` stands for any letters; a packed file has `.gz` besides. */
function fits(name: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}(\\.gz)?$`).test(name);
}
