import fastifyRateLimit from '@fastify/rate-limit';
import fastifyUnderPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpRefusal } from '../../contracts/refusals.js';
import { networkOf } from './client-network.js';
import { HttpProblem } from './problems.js';

/** How much of this process its clients may use. */
export interface LimitSettings {
  /** Requests of one client within a minute: the holder of a token, else an address (of IPv6 a network). null: any number. */
  readonly requestsPerMinute: number | null;
  /** How late the process may be with everything, on the average of `pressureOverMs`, ms. null: however late. */
  readonly maxEventLoopDelayMs: number | null;
  /** A pause within it is none of having too much to do: it is over when the next request comes. ms */
  readonly pressureOverMs: number;
}

export const NO_LIMITS: LimitSettings = { requestsPerMinute: null, maxEventLoopDelayMs: null, pressureOverMs: 5_000 };

export interface RefusalTelemetry {
  requestRefused(reason: HttpRefusal): void;
}

/** Who a request is counted for, where that is known better than by its address. */
export type Client =
  | { readonly kind: 'token'; /** The same for all requests of one holder. */ readonly holder: string }
  /** A program of this machine, which could take all of it anyway. */
  | { readonly kind: 'machine' };

const MINUTE_MS = 60_000;
/** Clients that are counted at once, some hundred bytes each; of more, those that asked longest ago begin anew. */
const MOST_CLIENTS = 20_000;
/** When to come back to a process that has too much to do, s. */
const RELIEF_S = 5;

declare module 'fastify' {
  interface FastifyRequest {
    /** null: whoever has its address. */
    client: Client | null;
  }
}

/** What a request has to pass once it is known whose it is; throws what it is turned away with. */
export type Limit = (request: FastifyRequest) => Promise<void>;

/** Both bounds. Neither is one for programs of this machine. */
export async function createLimit(app: FastifyInstance, settings: LimitSettings): Promise<Limit> {
  const limits = [await createPressureLimit(app, settings), await createRateLimit(app, settings)];
  return async (request) => {
    if (request.client?.kind === 'machine') return;
    for (const limit of limits) await limit(request);
  };
}

/** Turns away whoever asks more often than allowed. Counts in this process, so that no request waits for others. */
async function createRateLimit(app: FastifyInstance, { requestsPerMinute }: LimitSettings): Promise<Limit> {
  if (requestsPerMinute === null) return async () => undefined;
  await app.register(fastifyRateLimit, { global: false, cache: MOST_CLIENTS });
  const count = app.createRateLimit({ max: requestsPerMinute, timeWindow: MINUTE_MS, keyGenerator: countedFor });
  return async (request) => {
    const state = await count(request);
    if (state.isAllowed || !state.isExceeded) return;
    throw new HttpProblem(429, `More than ${requestsPerMinute} requests within a minute.`, { refusal: 'rate', retryAfterS: state.ttlInSeconds });
  };
}

/** The holder of a token, wherever it asks from; else whose the address is. */
const countedFor = ({ client, ip }: FastifyRequest): string => (client?.kind === 'token' ? `token ${client.holder}` : `address ${networkOf(ip)}`);

/** While the process comes too late to everything, further work is turned away at once: what is under way ends, and lanes come first. */
async function createPressureLimit(app: FastifyInstance, { maxEventLoopDelayMs, pressureOverMs }: LimitSettings): Promise<Limit> {
  if (maxEventLoopDelayMs === null) return async () => undefined;
  // It measures; who is turned away is decided here.
  await app.register(fastifyUnderPressure, { maxEventLoopDelay: maxEventLoopDelayMs, sampleInterval: pressureOverMs, pressureHandler: () => undefined });
  return async () => {
    if (app.isUnderPressure()) throw new HttpProblem(503, 'This process has more to do than it can at present.', { refusal: 'pressure', retryAfterS: RELIEF_S });
  };
}

/** Counts what one client does at the same time. `take` gives a function that ends it, or null: it does too much already. */
export function createShares(mostEach: number): { take(request: FastifyRequest): (() => void) | null } {
  const taken = new Map<string, number>();
  return {
    take(request) {
      if (request.client?.kind === 'machine') return () => undefined;
      const key = countedFor(request);
      const before = taken.get(key) ?? 0;
      if (before >= mostEach) return null;
      taken.set(key, before + 1);
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        const left = (taken.get(key) ?? 1) - 1;
        if (left > 0) taken.set(key, left);
        else taken.delete(key);
      };
    },
  };
}
