import { z } from 'zod';
import { avroSchema, recordName } from './avro.js';
import { PUBLISHED } from './published.js';
import type { Published } from './published.js';

const DRAFT = 'draft-2020-12';

const jsonSchema = ({ schema, path }: Published): unknown => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  // As input: fields that we don't know are allowed, on either side.
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: DRAFT, io: 'input' });
  return { $schema, $id: `urn:touchpoint:${path.replaceAll('/', ':')}`, title: name, ...rest };
};

const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Every file under `schemas/`, by its path there: what the contracts in this folder say, for other programs. */
export const schemaFiles = (): ReadonlyMap<string, string> => {
  const files = new Map<string, string>();
  for (const published of PUBLISHED) {
    const { path, schema, namespace } = published;
    files.set(`json/${path}.schema.json`, text(jsonSchema(published)));
    if (namespace === null) continue;
    files.set(`avro/${path}.avsc`, text(avroSchema(schema, recordName(path.slice(path.lastIndexOf('/') + 1)), namespace)));
  }
  return files;
};
