import { afterEach, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { buildHttp } from '../../../src/adapters/http/build-http.js';
import type { RulesPort } from '../../../src/adapters/http/ports.js';
import { problem } from '../../../src/contracts/api.js';
import { RULES_EXAMPLE, RULES_RELOADED_EXAMPLE, rulesBody, rulesReloaded } from '../../../src/contracts/rules.js';
import { portsWith } from './orders-on-record.js';

let app: FastifyInstance | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});
const serving = async (reload: RulesPort['reload']): Promise<FastifyInstance> => (app = await buildHttp(await portsWith([], { rules: { present: () => RULES_EXAMPLE, reload } })));

test('the rules in force are told', async () => {
  const http = await serving(() => { throw new Error('not asked for'); });
  const answer = await http.inject('/v1/rules');
  expect([answer.statusCode, rulesBody.strict().parse(answer.json())]).toEqual([200, RULES_EXAMPLE]);
});

test('what came of reading the file again is told', async () => {
  const http = await serving(() => ({ kind: 'read', ...RULES_RELOADED_EXAMPLE, needRestart: ['limits.maxAhead'] }));
  const answer = await http.inject({ method: 'POST', url: '/v1/rules' });
  expect([answer.statusCode, rulesReloaded.strict().parse(answer.json())]).toEqual([200, { ...RULES_RELOADED_EXAMPLE, needRestart: ['limits.maxAhead'] }]);
});

test('a file that is wrong is a conflict, with its paths', async () => {
  const http = await serving(() => ({ kind: 'refused', problems: [{ path: 'severities.lost', line: 3, message: 'expected a severity' }, { path: 'TOUCHPOINT_CONFIG', line: null, message: 'cannot be read' }] }));
  const answer = await http.inject({ method: 'POST', url: '/v1/rules' });
  expect(answer.statusCode).toBe(409);
  expect(problem.strict().parse(answer.json()).invalidParameters).toEqual([
    { name: 'severities.lost', reason: 'line 3: expected a severity' }, { name: 'TOUCHPOINT_CONFIG', reason: 'cannot be read' },
  ]);
});

test('rules in a body, and pages of other sites, change nothing', async () => {
  const http = await serving(() => { throw new Error('not to be called'); });
  expect((await http.inject({ method: 'POST', url: '/v1/rules', payload: { severities: { lost: 1 } } })).statusCode).toBe(400);
  expect((await http.inject({ method: 'POST', url: '/v1/rules', headers: { 'sec-fetch-site': 'cross-site' } })).statusCode).toBe(403);
});
