import type { ReadBySchema, SchemaReader } from '../../pipeline/schema-reader.js';
import { AvroFault } from './avro-bytes.js';
import { createAvroReader } from './avro-reader.js';
import { createJsonReader, JsonFault } from './json-reader.js';
import { RegistryRefusal, SCHEMA_NOT_FOUND, type Reference, type RegisteredSchema, type RegistryClient } from './registry-client.js';

/** A schema with all that it refers to, so that it can be read without the registry. */
export interface WholeSchema {
  readonly kind: string;
  readonly schema: string;
  /** Each after those that it refers to itself. */
  readonly references: readonly { readonly name: string; readonly schema: string }[];
}

/** Keeps texts by name for longer than the process lives. */
export interface SchemaShelf {
  load(): Promise<ReadonlyMap<string, string>>;
  keep(name: string, text: string): Promise<void>;
}

export interface LearnedSchemasParts {
  readonly client: RegistryClient;
  readonly shelf: SchemaShelf;
  /** What it means that the registry has no schema of an id: it may yet come, or its records are dead letters. */
  readonly unknownSchema: 'wait' | 'dead_letter';
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Something a person may want to know, in a sentence. */
  readonly tell: (message: string) => void;
}

/** How long "there is no such schema" holds before it's asked again; ms. */
const ABSENT_MS = 60_000;
/** Ids known to be absent; anyone may write any number into a header. */
const MOST_ABSENT = 10_000;
/** Schemas referred to by one schema, at any depth. */
const MOST_REFERENCES = 200;

type Read = (body: Buffer) => ReadBySchema;

/** Where a schema stands on the shelf. */
export const schemaName = (id: number): string => `id:${id}`;

/**
 * The schemas learned so far, by id. They are kept on the shelf too, from where `kept` brings them back when the service starts
 * while its registry is away.
 */
export function createLearnedSchemas(parts: LearnedSchemasParts, kept: ReadonlyMap<string, string>): SchemaReader {
  const readers = new Map<number, Read>();
  const absent = new Map<number, number>();
  const asking = new Map<number, Promise<void>>();
  const learned = (id: number, whole: WholeSchema): void => { readers.set(id, readerOf(id, whole, parts.tell)); };
  for (const [name, text] of kept) {
    const id = /^id:(\d+)$/.exec(name)?.[1];
    if (id !== undefined) learned(Number(id), JSON.parse(text) as WholeSchema);
  }

  const ask = async (id: number): Promise<void> => {
    let whole: WholeSchema;
    try {
      whole = await fetchWhole(parts.client, await parts.client.byId(id));
    } catch (error) {
      if (!(error instanceof RegistryRefusal) || error.code !== SCHEMA_NOT_FOUND) throw error;
      if (parts.unknownSchema === 'wait') throw new Error(`the registry at ${parts.client.url} has no schema ${id}`, { cause: error });
      if (absent.size >= MOST_ABSENT) absent.clear();
      absent.set(id, parts.now() + ABSENT_MS);
      return;
    }
    learned(id, whole);
    // Only a convenience for the next start: what is known is known.
    await parts.shelf.keep(schemaName(id), JSON.stringify(whole)).catch((error: unknown) => {
      parts.tell(`schema ${id} could not be kept for a start without the registry: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
  return {
    read(id, body) {
      const read = readers.get(id);
      if (read !== undefined) return read(body);
      const until = absent.get(id);
      if (until !== undefined && parts.now() < until) return { kind: 'undecodable', message: `schema ${id}: the registry does not have it` };
      return { kind: 'unknown' };
    },
    learn(id) {
      const under = asking.get(id);
      if (under !== undefined) return under;
      const asked = ask(id).finally(() => asking.delete(id));
      asking.set(id, asked);
      return asked;
    },
  };
}

/** Collects what the schema refers to, at any depth. */
async function fetchWhole(client: RegistryClient, registered: RegisteredSchema): Promise<WholeSchema> {
  const found = new Map<string, { readonly name: string; readonly schema: string }>();
  const seen = new Set<string>();
  const collect = async (references: readonly Reference[]): Promise<void> => {
    for (const { name, subject, version } of references) {
      const place = `${subject}|${version}`;
      if (seen.has(place)) continue;
      seen.add(place);
      if (seen.size > MOST_REFERENCES) throw new Error(`a schema refers to more than ${MOST_REFERENCES} others`);
      const next = await client.byVersion(subject, version);
      await collect(next.references);
      found.set(place, { name, schema: next.schema });
    }
  };
  await collect(registered.references);
  return { kind: registered.kind, schema: registered.schema, references: [...found.values()] };
}

/** Compiled once. A schema that can't be read makes all of its records undecodable, and the reason is told. */
function readerOf(id: number, whole: WholeSchema, tell: (message: string) => void): Read {
  const { kind, schema, references } = whole;
  try {
    if (kind === 'AVRO') return guarded(id, createAvroReader(schema, references.map((reference) => reference.schema)));
    if (kind === 'JSON') {
      return guarded(id, createJsonReader(schema, references, (why) => { tell(`values of schema ${id} are not checked against it, only against the contract: ${why}`); }));
    }
  } catch (error) {
    return refusal(`schema ${id} cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
  return refusal(`schema ${id} is of kind ${kind}; Avro and JSON Schema are read`);
}

const refusal = (message: string): Read => () => ({ kind: 'undecodable', message });

/** A fault in the bytes is told by what is wrong; any other by its kind alone, as its text may quote the value. */
const guarded = (id: number, read: (body: Buffer) => unknown): Read => (body) => {
  try {
    return { kind: 'value', value: read(body) };
  } catch (error) {
    const known = error instanceof AvroFault || error instanceof JsonFault;
    const why = known ? error.message : error instanceof RangeError ? 'it is nested too deeply' : 'it cannot be read';
    return { kind: 'undecodable', message: `schema ${id}: ${why}` };
  }
};
