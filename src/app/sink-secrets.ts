import { signingKey } from '../adapters/alerting/signature.js';
import type { Problem } from './config/problems.js';
import type { SecretSource, SinkSettings } from './config/sinks-schema.js';

/** What a sink proves itself with. Never shown. */
export interface SinkSecrets {
  /** The value of the header; null: none. */
  readonly authorization: string | null;
  /** Of a webhook; the newest first. */
  readonly keys: readonly Buffer[];
}

export interface SecretPorts {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** May throw. */
  readonly readFile: (path: string) => string;
}

export interface ReadSecrets {
  /** By the name of the sink. */
  readonly secrets: ReadonlyMap<string, SinkSecrets>;
  readonly problems: readonly Problem[];
}

/** Reads the secrets of all sinks, or says which can't be used; what they are is never said. */
export function readSinkSecrets(sinks: readonly SinkSettings[], ports: SecretPorts): ReadSecrets {
  const problems: Problem[] = [];
  const secrets = new Map(sinks.map((sink): [string, SinkSecrets] => {
    const complain = (setting: string) => (message: string): void => void problems.push({ source: 'sinks', path: `${sink.name}.${setting}`, line: null, message });
    return [sink.name, {
      authorization: sink.authorization === undefined ? null : authorizationOf(sink.authorization, ports, complain('authorization')),
      keys: sink.kind === 'webhook' ? keysOf(sink.secret, ports, complain('secret')) : [],
    }];
  }));
  return { secrets, problems };
}

type Complain = (message: string) => void;

function authorizationOf(source: SecretSource, ports: SecretPorts, complain: Complain): string | null {
  const text = textOf(source, ports, complain)?.trim() ?? null;
  if (text === null || /^[\x20-\x7e]{1,4096}$/.test(text)) return text;
  complain(`${placeOf(source)} is no value of a header: expected one line such as \`Bearer TOKEN\``);
  return null;
}

function keysOf(source: SecretSource, ports: SecretPorts, complain: Complain): readonly Buffer[] {
  const words = textOf(source, ports, complain)?.split(/\s+/).filter((word) => word !== '') ?? [];
  const keys = words.map(signingKey).filter((key) => key !== null);
  if (keys.length !== words.length) complain(`${placeOf(source)} holds something else than signing secrets: expected \`whsec_\` and 24 to 64 bytes in base64, several separated by spaces or lines`);
  return keys;
}

function textOf(source: SecretSource, { variables, readFile }: SecretPorts, complain: Complain): string | null {
  const read = (): string | undefined => ('env' in source ? variables[source.env] : readFile(source.file));
  try {
    const text = read();
    if (text !== undefined && text.trim() !== '') return text;
    complain(`${placeOf(source)} is ${'env' in source ? 'not set' : 'empty'}`);
  } catch (error) {
    complain(`${placeOf(source)} cannot be read: ${typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown fault'}`);
  }
  return null;
}

const placeOf = (source: SecretSource): string => ('env' in source ? `the variable ${source.env}` : `the file ${source.file}`);
