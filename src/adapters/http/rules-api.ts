import type { FastifyInstance } from 'fastify';
import { reloadRequest, type RulesBody, type RulesReloadedBody } from '../../contracts/rules.js';
import { needs } from './access.js';
import type { RulesPort } from './ports.js';
import { HttpProblem } from './problems.js';
import { readBody } from './query.js';

/** What this worker judges orders by, and having it read its configuration again. */
export function addRules(app: FastifyInstance, rules: RulesPort): void {
  app.get('/v1/rules', async (): Promise<RulesBody> => rules.present());

  app.post('/v1/rules', needs('act'), async (request): Promise<RulesReloadedBody> => {
    readBody(reloadRequest, request.body);
    const reloaded = rules.reload();
    if (reloaded.kind === 'refused') throw refusal(reloaded.problems);
    const { before, version, changed, needRestart } = reloaded;
    return { before, version, changed: [...changed], needRestart: [...needRestart] };
  });
}

const refusal = (problems: Extract<ReturnType<RulesPort['reload']>, { kind: 'refused' }>['problems']): HttpProblem =>
  new HttpProblem(409, 'The configuration cannot be used, so the rules in force stay; touchpoint check-config says the same of its file.', {
    invalidParameters: problems.map(({ path, line, message }) => ({ name: path, reason: line === null ? message : `line ${line}: ${message}` })),
  });
