import { createHmac } from 'node:crypto';

/** Signing as Standard Webhooks has it (https://www.standardwebhooks.com), with symmetric secrets. */

const PREFIX = 'whsec_';
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/** The key of a secret such as `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`; null: it is none. */
export function signingKey(secret: string): Buffer | null {
  if (!secret.startsWith(PREFIX)) return null;
  const text = secret.slice(PREFIX.length);
  const key = Buffer.from(text, 'base64');
  return key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') && key.length >= LEAST_BYTES && key.length <= MOST_BYTES ? key : null;
}

/**
 * The headers that go with a body. While secrets are exchanged both sign, so that receivers may know either.
 * @param at when it is sent, ms since the epoch
 */
export function signedHeaders(keys: readonly Buffer[], id: string, at: number, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
