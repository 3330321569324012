import type { Logger } from 'pino';
import type { Metrics } from './metrics.js';

export interface JwksTelemetry {
  /** Other keys are in force; so many. */
  jwksRead(keys: number): void;
  /** Their file cannot be used, and the keys in force stay. */
  jwksRefused(why: string): void;
}

/** The keys that JWTs are verified by. */
export const jwksTelemetry = (logger: Logger, metrics: Metrics): JwksTelemetry => {
  // Who takes no JWT lacks no key.
  metrics.jwksSuccess.set(1);
  return {
    jwksRead(keys) {
      metrics.jwksSuccess.set(1);
      logger.info({ event: 'jwks.read', keys }, `JWTs are verified by ${keys} ${keys === 1 ? 'key' : 'keys'}`);
    },
    jwksRefused(why) {
      metrics.jwksSuccess.set(0);
      logger.error({ event: 'jwks.refused', why }, `the keys of JWTs in force stay: ${why}`);
    },
  };
};
