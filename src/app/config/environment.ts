import type { Problem } from './problems.js';
import { didYouMean } from './suggestions.js';
import { readTls, type TlsMaterial } from './tls.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export interface Sasl {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

export interface KafkaEndpoint {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly groupId: string;
  readonly clientId: string;
  /** true: TLS with the known authorities. */
  readonly ssl: boolean | TlsMaterial;
  readonly sasl: Sasl | null;
}

/** Where the service runs and what it talks to: what differs between machines, and secrets. */
export interface Environment {
  /** null: embedded. */
  readonly kafka: KafkaEndpoint | null;
  readonly schemaRegistryUrl: string | null;
  /** null: state in memory. */
  readonly redisUrl: string | null;
  /** Beyond what the URL says; null: nothing. */
  readonly redisTls: TlsMaterial | null;
  readonly http: { readonly host: string; readonly port: number };
  /** How many threads work lanes; 1: the main one; null: as many as suit the machine. */
  readonly laneThreads: number | null;
  readonly logLevel: LogLevel;
  readonly configFile: string | null;
}

export interface ReadEnvironment {
  readonly environment: Environment;
  readonly problems: readonly Problem[];
}

export type Variables = Readonly<Record<string, string | undefined>>;

const SASL_VARIABLES = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'];
const KAFKA_TLS = { ca: 'KAFKA_SSL_CA_FILE', cert: 'KAFKA_SSL_CERT_FILE', key: 'KAFKA_SSL_KEY_FILE' };
const REDIS_TLS = { ca: 'REDIS_TLS_CA_FILE', cert: 'REDIS_TLS_CERT_FILE', key: 'REDIS_TLS_KEY_FILE' };
export const DEFAULT_GROUP_ID = 'touchpoint';
const DEFAULT_PORT = 8080;
const MOST_THREADS = 64;

/**
 * Reads the variables of the contract; an empty one counts as missing. Problems never show a value that may be secret.
 * @param readFile gives the text of a file that a variable names; may throw
 */
export function readEnvironment(variables: Variables, readFile: (path: string) => string): ReadEnvironment {
  const problems: Problem[] = [];
  const complain = (path: string, message: string): void => void problems.push({ source: 'environment', path, line: null, message });
  const read: Read = (name) => variables[name]?.trim() || null;
  const redisUrl = readUrl(read, complain, 'REDIS_URL', ['redis:', 'rediss:']);

  const environment: Environment = {
    kafka: readKafka(read, complain, variables, readFile),
    schemaRegistryUrl: readUrl(read, complain, 'SCHEMA_REGISTRY_URL', ['http:', 'https:']),
    redisUrl,
    redisTls: readTls(read, complain, REDIS_TLS, readFile, { on: redisUrl?.startsWith('rediss:') === true, how: 'let REDIS_URL begin with rediss://' }),
    http: { host: read('HTTP_HOST') ?? '127.0.0.1', port: readPort(read, complain) },
    laneThreads: readLaneThreads(read, complain),
    logLevel: readChoice(read, complain, 'LOG_LEVEL', LOG_LEVELS) ?? 'info',
    configFile: read('TOUCHPOINT_CONFIG'),
  };
  return { environment, problems };
}

/** The value of a variable; null: it is missing. */
export type Read = (name: string) => string | null;
export type Complain = (name: string, message: string) => void;

function readKafka(read: Read, complain: Complain, variables: Variables, readFile: (path: string) => string): KafkaEndpoint | null {
  const ssl = readFlag(read, complain, 'KAFKA_SSL');
  const tls = readTls(read, complain, KAFKA_TLS, readFile, { on: ssl, how: 'set KAFKA_SSL to true' });
  const sasl = readSasl(read, complain);
  for (const name of Object.keys(variables)) {
    if (name.startsWith('KAFKA_SASL_') && !SASL_VARIABLES.includes(name)) {
      complain(name, `no such variable${didYouMean(name, SASL_VARIABLES) || `; known: ${SASL_VARIABLES.join(', ')}`}`);
    }
  }
  const list = read('KAFKA_BROKERS');
  if (list === null) return null;
  const brokers = list.split(',').map((broker) => broker.trim()).filter((broker) => broker !== '');
  if (brokers.length === 0 || !brokers.every(isEndpoint)) {
    complain('KAFKA_BROKERS', 'expected host:port, several separated by commas, such as kafka-1:9092,kafka-2:9092');
  }
  return { brokers, groupId: read('KAFKA_GROUP_ID') ?? DEFAULT_GROUP_ID, clientId: 'touchpoint', ssl: tls ?? ssl, sasl };
}

function isEndpoint(text: string): boolean {
  const port = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && isPort(Number(port));
}

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;

function readSasl(read: Read, complain: Complain): Sasl | null {
  const given = SASL_VARIABLES.filter((name) => read(name) !== null);
  if (given.length === 0) return null;
  for (const name of SASL_VARIABLES) if (read(name) === null) complain(name, `missing, while ${given.join(' and ')} ${given.length === 1 ? 'is' : 'are'} set`);
  const mechanism = readChoice(read, complain, 'KAFKA_SASL_MECHANISM', SASL_MECHANISMS);
  const username = read('KAFKA_SASL_USERNAME');
  const password = read('KAFKA_SASL_PASSWORD');
  return mechanism === null || username === null || password === null ? null : { mechanism, username, password };
}

function readChoice<T extends string>(read: Read, complain: Complain, name: string, choices: readonly T[]): T | null {
  const text = read(name);
  if (text === null) return null;
  const choice = choices.find((one) => one === text.toLowerCase());
  if (choice === undefined) complain(name, `expected one of ${choices.join(', ')}${didYouMean(text, choices)}`);
  return choice ?? null;
}

function readFlag(read: Read, complain: Complain, name: string): boolean {
  const text = (read(name) ?? 'false').toLowerCase();
  if (!['true', 'false', '1', '0'].includes(text)) complain(name, 'expected true or false');
  return text === 'true' || text === '1';
}

function readPort(read: Read, complain: Complain): number {
  const text = read('HTTP_PORT');
  if (text === null) return DEFAULT_PORT;
  const port = Number(text);
  // 0 lets the system choose a free one.
  if (/^\d+$/.test(text) && (port === 0 || isPort(port))) return port;
  complain('HTTP_PORT', 'expected a port from 0 (any free one) to 65535');
  return DEFAULT_PORT;
}

function readLaneThreads(read: Read, complain: Complain): number | null {
  const text = read('LANE_THREADS');
  if (text === null) return null;
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  complain('LANE_THREADS', `expected a whole number from 1 to ${MOST_THREADS}, no more than the machine has cores`);
  return null;
}

function readUrl(read: Read, complain: Complain, name: string, protocols: readonly string[]): string | null {
  const text = read(name);
  if (text === null) return null;
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
    complain(name, `expected a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
  }
  return text;
}
