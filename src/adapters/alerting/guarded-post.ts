import { lookup as resolveHost } from 'node:dns';
import { Agent as PlainAgent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Answer, SinkFailure } from '../../pipeline/sinks/destination.js';
import { addressKind } from './addresses.js';
import { answerOf } from './answer.js';

export interface GuardedPostOptions {
  readonly url: URL;
  /** Whether the receiver may be on this machine or in the company's own network. */
  readonly allowPrivate: boolean;
  /** From the first packet to the answer's first line; ms. */
  readonly timeoutMs: number;
  /** For dates in answers; ms since the epoch. */
  readonly now: () => number;
  /** Finds the addresses of a name; the system's by default. */
  readonly resolve?: typeof resolveHost;
}

export interface GuardedPost {
  /** Never rejects. */
  post(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

/** Connections kept open to one receiver. */
const MOST_SOCKETS = 4;
/** What follows the answer's head is of no use to us. */
const MOST_ANSWER_BYTES = 65_536;

class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/**
 * Posts to one address. The name is resolved anew for each connection, and what it resolves to is what is connected to: a name
 * cannot lead elsewhere than where was looked. Redirects are not followed.
 */
export function createGuardedPost({ url, allowPrivate, timeoutMs, now, resolve = resolveHost }: GuardedPostOptions): GuardedPost {
  const secure = url.protocol === 'https:';
  const agent = new (secure ? TlsAgent : PlainAgent)({ keepAlive: true, maxSockets: MOST_SOCKETS, timeout: timeoutMs });
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const refusal = (address: string): AddressRefused | null => {
    const kind = addressKind(address);
    if (kind === 'public' || (kind === 'private' && allowPrivate)) return null;
    return new AddressRefused(kind === 'private'
      ? `${url.host} is at ${address}, on this machine or in a private network: if the receiver is there, say \`allowPrivate: true\``
      : `${url.host} is at ${address}, which is no address of a receiver`);
  };
  const guarded: LookupFunction = (name, options, found) => {
    resolve(name, { all: true }, (error, addresses) => {
      if (error !== null) return found(error, []);
      // One that may not be is enough: whoever mixes them means no good.
      const problem = addresses.map(({ address }) => refusal(address)).find((one) => one !== null) ?? null;
      const [first] = addresses;
      if (problem !== null || first === undefined) found(problem ?? new Error('no address'), []);
      else if (options.all === true) found(null, addresses);
      else found(null, first.address, first.family);
    });
  };
  const send = (body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((answered, failed) => {
      // An address is not looked up.
      const direct = isIP(host) === 0 ? null : refusal(host);
      if (direct !== null) {
        failed(direct);
        return;
      }
      const asked = (secure ? tlsRequest : plainRequest)(url, {
        method: 'POST', agent, lookup: guarded, signal,
        headers: { 'content-type': 'application/json', 'user-agent': 'touchpoint', ...headers, 'content-length': Buffer.byteLength(body) },
      });
      asked.on('response', answered).on('error', failed).end(body);
    });

  return {
    async post(body, headers, signal) {
      const late = AbortSignal.timeout(timeoutMs);
      try {
        const response = await send(body, headers, AbortSignal.any([signal, late]));
        passBy(response);
        return answerOf(response.statusCode ?? 0, response.headers['retry-after'], now());
      } catch (error) {
        return setback(late.aborted ? { reason: 'timeout', message: `no answer within ${timeoutMs} ms` } : faultOf(error));
      }
    },
    close: () => agent.destroy(),
  };
}

/** Reads the rest away, so that the connection can be used again; not if it is long. */
function passBy(response: IncomingMessage): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_ANSWER_BYTES) response.destroy();
  }).on('error', () => undefined);
}

const setback = ({ reason, message }: { readonly reason: SinkFailure; readonly message: string }): Answer => ({ kind: 'failed', reason, message, retryAfterMs: null });

function faultOf(error: unknown): { readonly reason: SinkFailure; readonly message: string } {
  const code = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (error instanceof AddressRefused) return { reason: 'address_refused', message: error.message };
  return { reason: 'unreachable', message: `no connection (${code ?? 'unknown'})` };
}
