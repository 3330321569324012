import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { signedHeaders, signingKey } from '../../../src/adapters/alerting/signature.js';
import { webhookBody } from '../../../src/adapters/alerting/webhook.js';
import { ALERT_EXAMPLE } from '../../../src/contracts/alerts.js';

const secretOf = (bytes: number): string => `whsec_${randomBytes(bytes).toString('base64')}`;
const BODY = webhookBody(ALERT_EXAMPLE, true);
const signed = (secrets: readonly string[], body = BODY, at = Date.now()) => signedHeaders(secrets.map((secret) => signingKey(secret)!), ALERT_EXAMPLE.id, at, body);

describe('a signature', () => {
  test('is what the published library verifies', () => {
    const secret = secretOf(32);
    expect(new Webhook(secret).verify(BODY, { ...signed([secret]) })).toEqual({ type: 'alert.raised', timestamp: ALERT_EXAMPLE.detectedAt, data: ALERT_EXAMPLE });
  });

  test('is the one that the published library makes', () => {
    const secret = secretOf(24);
    const at = Date.UTC(2026, 2, 6, 23, 0, 5, 999);
    expect(signed([secret], BODY, at)['webhook-signature']).toBe(new Webhook(secret).sign(ALERT_EXAMPLE.id, new Date(at), BODY));
  });

  test('is verified by a receiver that knows the old secret, and by one that knows the new one', () => {
    const [old, next] = [secretOf(32), secretOf(32)];
    const headers = signed([next, old]);
    for (const secret of [old, next]) expect(() => new Webhook(secret).verify(BODY, { ...headers })).not.toThrow();
    expect(() => new Webhook(secretOf(32)).verify(BODY, { ...headers })).toThrow();
  });

  test('does not fit another body, id or time', () => {
    const secret = secretOf(32);
    const receiver = new Webhook(secret);
    const headers = signed([secret]);
    expect(() => receiver.verify(BODY.replace('warning', 'critical'), { ...headers })).toThrow();
    expect(() => receiver.verify(BODY, { ...headers, 'webhook-id': 'other' })).toThrow();
    expect(() => receiver.verify(BODY, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) })).toThrow();
  });
});

describe('a secret', () => {
  test.each([24, 32, 64])('has a key of %i bytes', (bytes) => {
    expect(signingKey(secretOf(bytes))).toHaveLength(bytes);
  });

  test.each(['', 'whsec_', secretOf(23), secretOf(65), secretOf(32).slice(6), `whsec_${'!'.repeat(44)}`, `whsec_${'a'.repeat(40)}*`])('%s is none', (text) => {
    expect(signingKey(text)).toBeNull();
  });
});

test('who the customer is stays here unless it is asked for', () => {
  const told = (personal: boolean): unknown => (JSON.parse(webhookBody(ALERT_EXAMPLE, personal)) as { data: { customerId: unknown } }).data.customerId;
  expect([told(false), told(true)]).toEqual([null, 'C-77']);
});
