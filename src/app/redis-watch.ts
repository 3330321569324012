import type { Logger } from 'pino';
import type { RedisConnection } from '../adapters/redis/create-redis.js';
import { redisFaultWords } from '../adapters/redis/fault-words.js';

/** While Redis is away, that is told once in so long. */
const AGAIN_MS = 30_000;

/** Tells the log when Redis goes away, what that means, and when it is back: a fault comes with every attempt to connect. */
export function redisWatch(logger: Logger, redisUrl: string, ticks: () => number = () => performance.now()): Required<Pick<RedisConnection, 'onTrouble' | 'onReady'>> {
  const { hostname, port } = new URL(redisUrl);
  const address = `${hostname}:${port === '' ? '6379' : port}`;
  let away: { readonly since: number; toldAt: number } | null = null;
  const seconds = (since: number): number => Math.round((ticks() - since) / 1_000);
  return {
    onTrouble(error) {
      const now = ticks();
      if (away !== null && now - away.toldAt < AGAIN_MS) return;
      const lasting = away === null ? '' : `, for ${seconds(away.since)} s now`;
      logger.warn({ event: 'redis.trouble', redis: address },
        `Redis at ${address} is away${lasting} (${reasonOf(error)}): nothing is processed until it answers; nothing is lost by that, and it goes on by itself`);
      away = { since: away?.since ?? now, toldAt: now };
    },
    onReady() {
      if (away === null) return;
      logger.info({ event: 'redis.back', redis: address }, `Redis at ${address} answers again, after ${seconds(away.since)} s`);
      away = null;
    },
  };
}

/** Of a name with several addresses the fault holds one of each, and has no message. */
const reasonOf = (error: Error): string => {
  const text = redisFaultWords(error) ?? error.message;
  return text !== '' ? text : 'code' in error ? String(error.code) : error.name;
};
