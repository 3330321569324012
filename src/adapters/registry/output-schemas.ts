import { createHash } from 'node:crypto';
import avro from 'avsc';
import { avroSchema, recordName, toAvro } from '../../contracts/avro.js';
import type { OutputTopic } from '../../contracts/names.js';
import { OUTPUT_KINDS, OUTPUTS, type OutputKind } from '../../contracts/outputs.js';
import { schemaFiles } from '../../contracts/schema-files.js';
import { AVRO_CONTENT_TYPE, JSON_SCHEMA_CONTENT_TYPE, type OutputFormat } from '../../pipeline/output-format.js';
import { inWireFormat } from '../../pipeline/wire-format.js';
import { schemaName, type WholeSchema } from './learned-schemas.js';
import { RegistryRefusal, RegistryUnreachable, type RegistryClient, type SchemaKind } from './registry-client.js';

export type RegistryFormat = 'avro' | 'json-schema';

/** One schema under its subject. */
export interface OutputSchema {
  readonly kind: OutputKind;
  readonly subject: string;
  readonly schemaKind: SchemaKind;
  readonly text: string;
}

const NAMESPACE = 'touchpoint.derived';

/**
 * What is registered for our outputs. Several kinds of record stand on `cx.events`, and two installations may share a registry,
 * so subjects name topic and record (TopicRecordNameStrategy): `cx.events-touchpoint.derived.SignalEvent`, or, as titles of
 * JSON Schemas have no namespace, `cx.events-signal-event`.
 */
export function outputSchemas(format: RegistryFormat, topicNames: ReadonlyMap<OutputTopic, string>): readonly OutputSchema[] {
  const files = format === 'json-schema' ? schemaFiles() : null;
  return OUTPUT_KINDS.map((kind) => {
    const { topic, schema } = OUTPUTS[kind];
    const topicName = topicNames.get(topic) ?? topic;
    if (files === null) {
      const name = recordName(kind);
      return { kind, subject: `${topicName}-${NAMESPACE}.${name}`, schemaKind: 'AVRO', text: JSON.stringify(avroSchema(schema, name, NAMESPACE)) };
    }
    const text = JSON.stringify(JSON.parse(files.get(`json/derived/${kind}.schema.json`) ?? 'null'));
    return { kind, subject: `${topicName}-${kind}`, schemaKind: 'JSON', text };
  });
}

export type OutputIds = Readonly<Record<OutputKind, number>>;

export interface Registered {
  /** Null: some schema has no id, see `findings`. */
  readonly ids: OutputIds | null;
  /** What keeps us from publishing, each a sentence with what to do. */
  readonly findings: readonly string[];
  /** The registry did not answer, and the ids are those of an earlier start. */
  readonly fromShelf: boolean;
  /** The registry gives other ids than it did: it's another one, or was emptied, and whatever was kept of it is void. */
  readonly replaced: boolean;
  /** For a start without the registry, and for reading our own records back without it. */
  readonly toKeep: ReadonlyMap<string, string>;
}

const shelfName = ({ subject, text }: OutputSchema): string => `out:${subject}:${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

/** Registers the schemas of our outputs, or takes the ids of an earlier start while the registry does not answer. Never throws. */
export async function registerOutputs(client: RegistryClient, kept: ReadonlyMap<string, string>, schemas: readonly OutputSchema[]): Promise<Registered> {
  const ids: Partial<Record<OutputKind, number>> = {};
  const findings: string[] = [];
  const toKeep = new Map<string, string>();
  let fromShelf = false;
  let replaced = false;
  for (const schema of schemas) {
    const name = shelfName(schema);
    const before = kept.get(name);
    try {
      const id = await client.register(schema.subject, schema.schemaKind, schema.text);
      ids[schema.kind] = id;
      replaced ||= before !== undefined && Number(before) !== id;
      toKeep.set(name, String(id));
      toKeep.set(schemaName(id), JSON.stringify({ kind: schema.schemaKind, schema: schema.text, references: [] } satisfies WholeSchema));
    } catch (error) {
      if (error instanceof RegistryUnreachable && before !== undefined) {
        ids[schema.kind] = Number(before);
        fromShelf = true;
        continue;
      }
      findings.push(findingOf(schema, client, error));
      // The others would only say it again.
      if (error instanceof RegistryUnreachable) break;
    }
  }
  return { ids: findings.length === 0 ? (ids as OutputIds) : null, findings, fromShelf, replaced, toKeep };
}

function findingOf({ subject, schemaKind }: OutputSchema, client: RegistryClient, error: unknown): string {
  const what = error instanceof Error ? error.message : String(error);
  if (error instanceof RegistryUnreachable) {
    return `${what}. The schemas of what is published need ids from it, and none are kept from an earlier start of this version: bring it up, check SCHEMA_REGISTRY_URL, or set outputs.format to json.`;
  }
  if (!(error instanceof RegistryRefusal)) return `Subject ${subject}: ${what}`;
  if (error.code === 409) {
    return `The registry refuses the ${schemaKind} schema of subject ${subject}: it is not compatible with the version registered there (${what}). `
      + 'Compare both; then relax the compatibility of the subject for this change, or publish to a topic of another name.';
  }
  if (error.code === 401 || error.code === 403) return `The registry at ${client.url} refuses subject ${subject} (${error.code}): check user and password in SCHEMA_REGISTRY_URL, and the right to register there.`;
  return `The registry at ${client.url} refuses the ${schemaKind} schema of subject ${subject} (${error.code}): ${what}`;
}

/** Writes values under these ids. A value that the schema has no room for is a defect of ours, and throws. */
export function registryOutput(format: RegistryFormat, ids: OutputIds): OutputFormat {
  if (format === 'json-schema') {
    return { contentType: JSON_SCHEMA_CONTENT_TYPE, encode: (kind, value) => inWireFormat(ids[kind], Buffer.from(JSON.stringify(value))) };
  }
  const types = Object.fromEntries(
    OUTPUT_KINDS.map((kind) => [kind, avro.Type.forSchema(avroSchema(OUTPUTS[kind].schema, recordName(kind), NAMESPACE) as avro.Schema)]),
  ) as Record<OutputKind, avro.Type>;
  return { contentType: AVRO_CONTENT_TYPE, encode: (kind, value) => inWireFormat(ids[kind], types[kind].toBuffer(toAvro(value, OUTPUTS[kind].schema))) };
}
