/** The part of a schema registry's REST interface (Confluent's, version 1) that is needed here. */

export type SchemaKind = 'AVRO' | 'JSON' | 'PROTOBUF';

export interface Reference {
  /** What the schema calls it. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

export interface RegisteredSchema {
  /** `AVRO`, `JSON`, or one that isn't read here. */
  readonly kind: string;
  readonly schema: string;
  readonly references: readonly Reference[];
}

export interface RegistryClient {
  /** Where it is, without credentials. */
  readonly url: string;
  /** @throws RegistryRefusal, also where no schema has this id; RegistryUnreachable */
  byId(id: number): Promise<RegisteredSchema>;
  /** @throws as `byId` */
  byVersion(subject: string, version: number): Promise<RegisteredSchema>;
  /** Registers, or finds what is registered already; gives the id. @throws as `byId` */
  register(subject: string, kind: SchemaKind, schema: string): Promise<number>;
}

/** The registry answered and said no. */
export class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal';

  /** `code`: the registry's own, such as 40403 (no schema has this id) or 409 (not compatible); else the status of HTTP. */
  constructor(readonly code: number, message: string) {
    super(message);
  }
}

/** It did not answer, or with something that no registry says. */
export class RegistryUnreachable extends Error {
  override readonly name = 'RegistryUnreachable';
}

export const SCHEMA_NOT_FOUND = 40_403;

const LONGEST_REASON = 500;
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

/**
 * Speaks to the registry at this base address; `http://user:password@host` signs in by basic authentication.
 *
 * By hand rather than by the library for this: that one keeps the texts of schemas, and the registry's error codes, to itself,
 * so neither could they be kept for a time without registry nor could "no such id" be told from a wrong address; it waits
 * for an answer without end; and it registers only under a level of compatibility that it is told beforehand.
 */
export function createRegistryClient(address: string, timeoutMs: number): RegistryClient {
  const { url, credentials } = splitAddress(address);
  const authorization = credentials === null ? null : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  const ask = async (path: string, body?: object): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { 'accept': CONTENT_TYPE, ...(authorization === null ? {} : { authorization }), ...(body === undefined ? {} : { 'content-type': CONTENT_TYPE }) };
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${url}${path}`, {
        signal: AbortSignal.timeout(timeoutMs), headers, ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      throw new RegistryUnreachable(`the registry at ${url} does not answer (${reasonOf(error)})`);
    }
    return answerOf(url, status, text);
  };
  return {
    url,
    byId: async (id) => schemaOf(url, await ask(`/schemas/ids/${id}`)),
    byVersion: async (subject, version) => schemaOf(url, await ask(`/subjects/${encodeURIComponent(subject)}/versions/${version}`)),
    async register(subject, kind, schema) {
      const { id } = await ask(`/subjects/${encodeURIComponent(subject)}/versions`, { schema, ...(kind === 'AVRO' ? {} : { schemaType: kind }) });
      if (typeof id !== 'number') throw new RegistryUnreachable(`${url} answers without an id: it is no schema registry`);
      return id;
    },
  };
}

/** Where a registry is, without a slash at the end, and who signs in there; null: nobody does. */
export function splitAddress(address: string): { readonly url: string; readonly credentials: { readonly username: string; readonly password: string } | null } {
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/+$/, ''),
    credentials: username === '' ? null : { username: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause ? String(cause.code) : cause.message;
}

function answerOf(url: string, status: number, text: string): Readonly<Record<string, unknown>> {
  let answer: unknown = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // A page of a proxy, most likely.
  }
  const object = typeof answer === 'object' && answer !== null ? (answer as Readonly<Record<string, unknown>>) : null;
  if (status >= 200 && status < 300 && object !== null) return object;
  if (status >= 500 || object === null) throw new RegistryUnreachable(`${url} answers with status ${status}${object === null ? ' and no JSON: is it the base address of a schema registry?' : ''}`);
  const { error_code: code, message } = object;
  throw new RegistryRefusal(typeof code === 'number' && code > 0 ? code : status, typeof message === 'string' ? message.slice(0, LONGEST_REASON) : `status ${status}`);
}

function schemaOf(url: string, answer: Readonly<Record<string, unknown>>): RegisteredSchema {
  const { schema, schemaType = 'AVRO', references = [] } = answer;
  if (typeof schema !== 'string' || typeof schemaType !== 'string' || !Array.isArray(references)) {
    throw new RegistryUnreachable(`${url} answers without a schema: it is no schema registry`);
  }
  return { kind: schemaType, schema, references: references as readonly Reference[] };
}
