import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The body is JSON text; the schema says which. */
export type JsonReader = (body: Buffer) => unknown;

/** Bytes that are no JSON, or JSON that the schema refuses; the message holds no text of the value. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
}

/** Formats are remarks, as in most validators that companies use; and a schema's own extensions are its own affair. */
const OPTIONS = { strict: false, validateFormats: false, allErrors: false, logger: false } as const;

function validatorOf(schema: string, references: readonly { readonly name: string; readonly schema: string }[]): ValidateFunction {
  const parsed = JSON.parse(schema) as { readonly $schema?: unknown };
  const draft = typeof parsed.$schema === 'string' ? parsed.$schema : '';
  const ajv = draft.includes('2020-12') ? new Ajv2020(OPTIONS) : draft.includes('2019-09') ? new Ajv2019(OPTIONS) : new Ajv(OPTIONS);
  for (const reference of references) ajv.addSchema(JSON.parse(reference.schema) as object, reference.name);
  return ajv.compile(parsed as object);
}

/**
 * Makes the reader of a JSON Schema. One that can't be compiled here (an older draft, a reference to elsewhere) is not
 * checked and said so: its values are JSON all the same, and the contract of source events is checked in any case.
 * @param unchecked is told why
 */
export function createJsonReader(schema: string, references: readonly { readonly name: string; readonly schema: string }[], unchecked: (why: string) => void): JsonReader {
  let validate: ValidateFunction | null = null;
  try {
    validate = validatorOf(schema, references);
  } catch (error) {
    unchecked(error instanceof Error ? error.message : String(error));
  }
  return (body) => {
    const value = parse(body);
    if (validate === null || validate(value)) return value;
    const [fault] = validate.errors ?? [];
    throw new JsonFault(`it does not fit its JSON Schema at ${fault?.schemaPath ?? '#'}`);
  };
}

function parse(body: Buffer): unknown {
  const text = body.toString('utf8');
  if (text.includes('\uFFFD') && !Buffer.from(text).equals(body)) throw new JsonFault('the bytes after the header are not UTF-8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new JsonFault('the bytes after the header are not JSON');
  }
}
