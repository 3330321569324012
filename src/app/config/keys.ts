import { z } from 'zod';
import type { Path } from './problems.js';
import { configSchema } from './schema.js';

/** The schema's own view of its keys: for documentation, for "did you mean", and to tell what deviates. */

export interface SettingDescription {
  /** Dotted path. */
  readonly path: string;
  readonly default: unknown;
  /** Meaning, and why the default is what it is. */
  readonly description: string;
}

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly default?: unknown;
  readonly description?: string;
}

let root: Node | null = null;
/** Made when first asked for: most starts never need it. */
const schemaRoot = (): Node => (root ??= z.toJSONSchema(configSchema, { io: 'input' }) as Node);

/** Every setting with a default, in the order of the schema. */
export function settingDescriptions(): readonly SettingDescription[] {
  return collect(schemaRoot(), '');
}

function collect(node: Node, path: string): SettingDescription[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return child.properties === undefined
      ? [{ path: here, default: child.default, description: child.description ?? '' }]
      : collect(child, here);
  });
}

/** Names of the keys that an object at this path of a configuration may have; empty where any name will do. */
export const knownKeysAt = (path: Path): readonly string[] => keysAt(schemaRoot(), path);

/** The same of any schema, as JSON Schema has it. */
export function keysAt(root: object, path: Path): readonly string[] {
  let nodes: readonly Node[] = [root];
  for (const step of path) nodes = nodes.flatMap(alternatives).flatMap((node) => child(node, step));
  return [...new Set(nodes.flatMap(alternatives).flatMap((node) => Object.keys(node.properties ?? {})))];
}

const alternatives = (node: Node): readonly Node[] => [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(alternatives)];

function child(node: Node, step: string | number): readonly Node[] {
  if (typeof step === 'number') return node.items === undefined ? [] : [node.items];
  const named = node.properties?.[step];
  if (named !== undefined) return [named];
  return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
}
