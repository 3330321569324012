import type { FastifyInstance } from 'fastify';
import { PUBLIC } from './access.js';
import type { HttpPorts } from './ports.js';
import { problemBody, PROBLEM_TYPE } from './problems.js';

export type OperationsPorts = Pick<HttpPorts, 'notReady' | 'registry'>;

/** Questions of those who run the service. */
export function addOperations(app: FastifyInstance, ports: OperationsPorts): void {
  app.get('/healthz', PUBLIC, () => ({ status: 'ok' }));

  app.get('/readyz', PUBLIC, async (request, reply) => {
    const reasons = await reasonsAgainst(ports);
    if (reasons.length === 0) return { status: 'ready' };
    return reply.code(503).type(PROBLEM_TYPE).send({ ...problemBody(503, reasons.join('; '), request.id), reasons });
  });

  app.get('/metrics', PUBLIC, async (_, reply) => reply.type(ports.registry.contentType).send(await ports.registry.metrics()));
}

/** Not to be able to find out is a reason as well. */
async function reasonsAgainst(ports: OperationsPorts): Promise<readonly string[]> {
  try {
    return await ports.notReady();
  } catch (error) {
    return [`readiness cannot be told: ${error instanceof Error ? error.message : String(error)}`];
  }
}
