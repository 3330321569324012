import type { Logger } from 'pino';
import { createLearnedSchemas, type SchemaShelf } from '../adapters/registry/learned-schemas.js';
import { outputSchemas, registerOutputs, registryOutput } from '../adapters/registry/output-schemas.js';
import { createRegistryClient } from '../adapters/registry/registry-client.js';
import type { OutputTopic } from '../contracts/names.js';
import { jsonOutput, type OutputFormat } from '../pipeline/output-format.js';
import type { SchemaReader } from '../pipeline/schema-reader.js';
import type { Config } from './config.js';
import { GroundUnfit } from './ground.js';

export interface OpenRegistry {
  /** null: there is none. */
  readonly schemas: SchemaReader | null;
  readonly outputFormat: OutputFormat;
}

export interface RegistryParts {
  readonly config: Config;
  readonly shelf: SchemaShelf & { forget(): Promise<void> };
  readonly outputs: ReadonlyMap<OutputTopic, string>;
  readonly logger: Logger;
  /** For what is found at the start. */
  readonly atStart: Logger;
}

/**
 * What is known of the registry's schemas, and the format that outputs are published in. The registry may be away: what an
 * earlier start learned is enough to go on, and records whose schema isn't known wait.
 * @throws GroundUnfit where outputs need the registry and it refuses, or is away and was never asked before
 */
export async function openRegistry({ config, shelf, outputs, logger, atStart }: RegistryParts): Promise<OpenRegistry> {
  const { schemaRegistryUrl: address, outputFormat: format } = config;
  if (address === null) return { schemas: null, outputFormat: jsonOutput };
  const { requestTimeoutMs, unknownSchema } = config.registry;
  const client = createRegistryClient(address, requestTimeoutMs);
  let kept = await shelf.load();
  const teller = (to: Logger) => (message: string): void => { to.warn({ event: 'registry' }, message); };
  const tell = teller(atStart);
  let outputFormat = jsonOutput;
  if (format !== 'json') {
    const { ids, findings, fromShelf, replaced, toKeep } = await registerOutputs(client, kept, outputSchemas(format, outputs));
    if (ids === null) throw new GroundUnfit(findings);
    if (fromShelf) tell(`the registry at ${client.url} does not answer: outputs carry the schema ids of an earlier start`);
    if (replaced) {
      tell(`the registry at ${client.url} gives other ids than before, so it was replaced or emptied: the schemas kept of it are forgotten`);
      await shelf.forget();
      kept = new Map();
    }
    for (const [name, text] of toKeep) await shelf.keep(name, text);
    outputFormat = registryOutput(format, ids);
  }
  atStart.info({ event: 'registry', registry: client.url, kept: kept.size, outputs: format }, `schema registry at ${client.url}; outputs are ${format}`);
  return { schemas: createLearnedSchemas({ client, shelf, unknownSchema, now: () => performance.now(), tell: teller(logger) }, kept), outputFormat };
}

const NOTHING_KEPT: ReadonlyMap<string, string> = new Map();

/**
 * The registry's schemas, for reading alone: nothing is kept, nothing is registered. Null where none is configured.
 * @param kept what the service keeps of them
 */
export function openSchemas({ schemaRegistryUrl, registry }: Config, kept: ReadonlyMap<string, string> = NOTHING_KEPT): SchemaReader | null {
  if (schemaRegistryUrl === null) return null;
  return createLearnedSchemas({
    client: createRegistryClient(schemaRegistryUrl, registry.requestTimeoutMs), shelf: { load: async () => kept, keep: async () => undefined },
    unknownSchema: registry.unknownSchema, now: () => performance.now(), tell: () => undefined,
  }, kept);
}
