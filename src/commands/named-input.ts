import type { CompiledMap } from '../pipeline/maps/compile-map.js';
import { CommandFault } from './context.js';

const isMapName = (file: string): boolean => /\.ya?ml$/.test(file);

/**
 * The maps and data that a command was called with. `--map` takes all that follows it, so that what does not end in .yaml or .yml
 * among its files is data. Says everything that is wrong with the maps at once (exit code 2).
 */
export async function mapsOrFault(given: readonly string[] | undefined, named: readonly string[]): Promise<MapsAndData> {
  const found = await mapsAndDataOrFault(given, named);
  if (found.data.length === 0) throw new CommandFault('No data was named: expected files after the options (--help shows how a command is used)', 2);
  return found;
}

export interface MapsAndData {
  readonly maps: readonly CompiledMap[];
  readonly data: readonly string[];
}

/** The same where there need not be any data. */
export async function mapsAndDataOrFault(given: readonly string[] = [], named: readonly string[]): Promise<MapsAndData> {
  const files = given.filter(isMapName);
  const data = [...given.filter((file) => !isMapName(file)), ...named];
  if (given.length > 0 && files.length === 0) throw new CommandFault('--map: expected at least one map, a file whose name ends in .yaml or .yml', 2);
  if (files.length === 0) return { maps: [], data };
  // What reads maps is loaded where there are any: most data is events already.
  const { mapsFromOrFault } = await import('./maps.js');
  const maps = mapsFromOrFault(files);
  const twice = maps.find(({ definition: { name } }, i) => maps.findIndex((other) => other.definition.name === name) < i);
  if (twice !== undefined) throw new CommandFault(`Two of the maps are called ${twice.definition.name}: the ids of events are made with that name, so each must have its own`, 2);
  return { maps, data };
}
