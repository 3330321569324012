import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { buildHttp } from '../../src/adapters/http/build-http.js';
import { parseConfigText } from '../../src/app/config/file.js';
import { makeToken } from '../../src/commands/token.js';
import { portsWith } from '../adapters/http/orders-on-record.js';

const written = { out: '', err: '' };
beforeEach(() => {
  written.out = written.err = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((written.out += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((written.err += String(text)), true));
});
afterEach(() => { jest.restoreAllMocks(); });

test('a token that was made is let in by its entry, and by no other', async () => {
  makeToken('night-shift', { scopes: 'read, act' });
  const token = written.out.trim();
  const parsed = parseConfigText(written.err.slice(written.err.indexOf('http:')), 'made.yaml');
  if (parsed.kind !== 'settings') throw new Error('the entry is no configuration');
  expect(parsed.settings.http.tokens).toMatchObject([{ name: 'night-shift', scopes: ['read', 'act'] }]);
  expect(written.err).not.toContain(token);
  const app = await buildHttp(await portsWith([{ orderId: 'o-1' }]), { version: '0', access: parsed.settings.http });
  const ask = async (presented: string): Promise<number> => (await app.inject({ url: '/v1/orders/o-1', headers: { authorization: `Bearer ${presented}` } })).statusCode;
  expect([await ask(token), await ask(`${token}A`)]).toEqual([200, 401]);
  await app.close();
  written.out = '';
  makeToken('night-shift', { scopes: 'read' });
  expect(written.out.trim()).not.toBe(token);
});

test('names and scopes that are none are refused', () => {
  expect(() => { makeToken('night shift', { scopes: 'read' }); }).toThrow('1 to 64 letters');
  expect(() => { makeToken('a', { scopes: 'read,write' }); }).toThrow('expected some of read, read:personal, act');
  expect(written.out).toBe('');
});
