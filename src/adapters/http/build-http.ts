import fastifySwagger, { type StaticDocumentSpec } from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { addAccess, ONLY_THIS_MACHINE } from './access.js';
import { addAlertActions } from './alert-actions-api.js';
import { addAlerts } from './alerts-api.js';
import { bareHttp } from './bare-http.js';
import { addCustomers } from './customers-api.js';
import { addMeasures } from './measures-api.js';
import { tellMethods } from './methods.js';
import { openApiDocument } from './openapi.js';
import { addOperations } from './operations.js';
import { addOrders } from './orders-api.js';
import { missingPage } from './pages/fault-page.js';
import { addPages } from './pages/routes.js';
import { DEFAULT_HTTP_SETTINGS, type HttpPorts, type HttpSettings } from './ports.js';
import { addRules } from './rules-api.js';
import { DOCS_POLICY } from './security.js';
import { createStoreAccess } from './store-access.js';
import { addStream } from './stream-api.js';
import { addWorklist } from './worklist-api.js';

/** The package's type wants lists that may be changed; it changes none. */
type StaticDocument = StaticDocumentSpec['document'];

/**
 * The HTTP side, complete and without a socket: `inject` asks it in tests, `listen` opens it.
 */
export async function buildHttp(ports: HttpPorts, chosen: Partial<HttpSettings> = {}): Promise<FastifyInstance> {
  const settings: HttpSettings = { ...DEFAULT_HTTP_SETTINGS, ...chosen };
  const app = bareHttp({ telemetry: ports.telemetry, missingPage }, settings);
  await addAccess(app, settings.access ?? ONLY_THIS_MACHINE, settings.limits);
  tellMethods(app);
  const store = createStoreAccess(ports, settings);
  addOrders(app, ports, store);
  addCustomers(app, ports, store);
  addAlerts(app, ports, store);
  addAlertActions(app, ports, store);
  addWorklist(app, ports, store);
  addMeasures(app, ports.measures, store);
  addRules(app, ports.rules);
  addStream(app, ports, settings.stream);
  addOperations(app, ports);
  addPages(app, ports, store);
  await app.register(fastifySwagger, { mode: 'static', specification: { document: openApiDocument(settings.version) as unknown as StaticDocument } });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY, uiConfig: { layout: 'BaseLayout' } });
  return app;
}
