import type { FastifyInstance, FastifyReply } from 'fastify';
import { HttpProblem } from './problems.js';

/**
 * Whoever asks an address by a method that it does not have is told which it has (RFC 9110, 15.5.6), and by OPTIONS as well. Comes before any
 * route, and after what looks at who asks: whom that turns away learns no more than of an address that is not there.
 */
export function tellMethods(app: FastifyInstance): void {
  const addresses = new Map<string, RegExp>();
  app.addHook('onRoute', ({ url }) => { addresses.set(url, patternOf(url)); });
  // Before a body is looked at: nothing in it would make it right.
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const methods = methodsAt(app, addresses, request.url);
    if (methods.length > 0) return refuse(request.method, methods, reply);
  });
}

function refuse(method: string, methods: readonly string[], reply: FastifyReply): FastifyReply {
  const allow = [...methods, 'OPTIONS'].join(', ');
  void reply.header('allow', allow);
  if (method === 'OPTIONS') return reply.code(204).send();
  throw new HttpProblem(405, `${method} is no method of this address; it has ${allow}.`);
}

/** None: nothing is at this address. */
function methodsAt(app: FastifyInstance, addresses: ReadonlyMap<string, RegExp>, url: string): readonly string[] {
  const path = url.split('?', 1)[0] ?? '';
  const there = [...addresses].filter(([, pattern]) => pattern.test(path));
  return app.supportedMethods.filter((method) => there.some(([address]) => app.hasRoute({ method, url: address })));
}

/** `:name` stands for one part of a path, `*` for all that is left; a slash at the end says nothing. */
const patternOf = (address: string): RegExp => new RegExp(`^${address.replace(/[.+?^$()|[\]\\{}]/g, '\\$&').replace(/:\w+/g, '[^/]+').replace('*', '.*')}/?$`);
