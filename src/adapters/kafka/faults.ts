import type { Cluster } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { asError } from '../../core/as-error.js';
import { kafkaFaultWords } from './fault-words.js';
import type { KafkaLog } from './log.js';

/** What a failed request means to us, by the names that KafkaJS and the protocol give. */

const FATAL = new Set([
  'GROUP_AUTHORIZATION_FAILED', 'TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'SASL_AUTHENTICATION_FAILED',
  'INCONSISTENT_GROUP_PROTOCOL', 'INVALID_GROUP_ID', 'INVALID_SESSION_TIMEOUT', 'UNSUPPORTED_VERSION', 'UNSUPPORTED_SASL_MECHANISM',
  'GROUP_MAX_SIZE_REACHED', 'BatchDamaged',
  'KafkaJSNotImplemented', 'KafkaJSSASLAuthenticationError', 'KafkaJSServerDoesNotSupportApiKey', 'KafkaJSUnsupportedMagicByteInMessageSet',
]);

interface Fault extends Error {
  readonly type?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
}

/** The error and what caused it, outermost first. */
const chain = (error: unknown): readonly Fault[] => {
  const found: Fault[] = [];
  for (let at: unknown = error; at instanceof Error && found.length < 8; at = at.cause) found.push(at);
  return found;
};

/** true: one of the errors in the chain has this protocol type or class name. */
export const isFault = (error: unknown, ...names: readonly string[]): boolean =>
  chain(error).some((fault) => names.includes(fault.name) || (typeof fault.type === 'string' && names.includes(fault.type)));

/** Trying again can't help: rights, settings, or something this client can't read. */
export const isFatal = (error: unknown): boolean => isFault(error, ...FATAL);

/** What a broker says that doesn't take us for whom we say we are. */
const STRANGER = ['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE'];

/** A broker answered, by saying why it can't do what was asked of it. */
export const isRefusal = (error: unknown): boolean => chain(error).some(({ type }) => typeof type === 'string') && !isFault(error, ...STRANGER);

/** Makes the cluster usable again after a failed request, as far as that is possible now; never rejects. False: no broker answers. */
export const mend = async (cluster: Cluster, error: unknown, log: KafkaLog): Promise<boolean> => {
  try {
    for (const { name, host, port } of chain(error)) {
      if (name === 'KafkaJSConnectionClosedError' && typeof host === 'string' && typeof port === 'number') cluster.removeBroker({ host, port });
    }
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.refreshMetadata();
    return true;
  } catch (again) {
    log('debug', 'no broker answers yet', { error: asError(again).message });
    return kafkaFaultWords(asError(again)) === null;
  }
};

/** ms to wait before try number `attempt` (from 1): doubling from 50 ms to 2 s. */
export const backoffMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt - 1, 10), 2_000);

/** The promise's outcome, or a rejection when it has none in time (ms). What it does goes on unheard. */
export const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
  const timer = new AbortController();
  const late = sleep(Math.max(ms, 0), undefined, { ref: false, signal: timer.signal }).then((): never => {
    throw new Error(`no answer within ${ms} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
};

export interface RetryPolicy {
  /** What is being done, for the message when it fails. */
  readonly what: string;
  /** Tries end then; ms from now. */
  readonly withinMs: number;
  readonly log: KafkaLog;
}

/**
 * Does it, and again after faults that pass, until the time is over.
 * @throws the last error, with what was tried
 */
export const withRetries = async <T>(cluster: Cluster, policy: RetryPolicy, action: () => Promise<T>): Promise<T> => {
  const deadline = Date.now() + policy.withinMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      const wait = backoffMs(attempt);
      if (isFatal(error) || isFault(error, 'KafkaJSOffsetOutOfRange') || Date.now() + wait >= deadline) {
        throw Object.assign(new Error(`${policy.what} failed: ${asError(error).message}`, { cause: error }), { name: 'KafkaRequestFailed' });
      }
      policy.log('debug', `${policy.what} failed, trying again`, { error: asError(error).message, attempt });
      await mend(cluster, error, policy.log);
      await sleep(wait);
    }
  }
};
