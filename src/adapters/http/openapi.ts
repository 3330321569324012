import { z } from 'zod';
import {
  health, HEALTH_EXAMPLE, ORDER_EXAMPLE, ORDER_PAGE_EXAMPLE, orderBody, orderPage, problem, PROBLEM_EXAMPLE, ready, READY_EXAMPLE,
} from '../../contracts/api.js';
import {
  ACKNOWLEDGE_EXAMPLE, acknowledgeRequest, CLOSE_EXAMPLE, CLOSED_ALERT_EXAMPLE, closedAlert, closeRequest, SNOOZE_EXAMPLE, snoozeRequest,
} from '../../contracts/alert-handling.js';
import { ALERT_PAGE_EXAMPLE, alertPage, OPEN_ALERT_EXAMPLE, openAlert, WORKLIST_EXAMPLE, worklistPage } from '../../contracts/alerts.js';
import { CUSTOMER_EXAMPLE, customerBody } from '../../contracts/customers.js';
import { MEASURES_EXAMPLE, measures } from '../../contracts/measures.js';
import { RULES_EXAMPLE, RULES_RELOADED_EXAMPLE, rulesBody, rulesReloaded } from '../../contracts/rules.js';
import { alertsQuerySchema } from './alerts-api.js';
import { customerQuerySchema } from './customers-api.js';
import { INCOMPLETE_HEADERS } from './lacks.js';
import { measuresQuerySchema } from './measures-api.js';
import { orderQuerySchema } from './order-query.js';
import { streamQuerySchema } from './stream-api.js';
import { worklistQuerySchema } from './worklist-api.js';

/** As much of OpenAPI 3.1 as we use; its schemas are JSON Schema 2020-12. */
interface Answer {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
  readonly headers?: typeof INCOMPLETE_HEADERS;
}
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: object;
}
interface Details {
  readonly operationId?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Answer['content'] };
}
interface Operation extends Details {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly responses: Readonly<Record<string, Answer>>;
}
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, { readonly get?: Operation; readonly post?: Operation }>>;
  readonly security: readonly object[];
  readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly securitySchemes: Readonly<Record<string, object>> };
}

const ABOUT = 'What the customer of each order lives through. Instants are RFC 3339 in UTC, money is in minor units. Every error is a problem document (RFC 9457), but to a browser that opens an address that is not there a page; a method that an address does not have is a 405 with `Allow`; a slash at the end of an address makes no difference; 429 and 503 say by `Retry-After` when to come back.';

/** The HTTP interface as an OpenAPI document, made from the schemas that define it. */
export function openApiDocument(version: string): OpenApiDocument {
  return {
    openapi: '3.1.0',
    info: { title: 'Touchpoint', version, description: ABOUT },
    paths: {
      '/v1/orders/{orderId}': { get: getOrder() },
      '/v1/orders': { get: getOrders() },
      '/v1/customers/{customerId}': { get: getCustomer() },
      '/v1/alerts': { get: getAlerts() },
      '/v1/worklist': { get: getWorklist() },
      '/v1/alerts/{id}/ack': { post: postAck() },
      '/v1/alerts/{id}/snooze': { post: postSnooze() },
      '/v1/alerts/{id}/close': { post: postClose() },
      '/v1/measures': { get: getMeasures() },
      '/v1/rules': { get: getRules(), post: postRules() },
      '/v1/stream': { get: getStream() },
      '/healthz': { get: operation('The process lives', 'Operations', { 200: json('It does', 'Health') }) },
      '/readyz': { get: operation('The service can process', 'Operations', { 200: json('It can', 'Ready'), 503: problemAnswer('It cannot; `reasons` says why') }) },
      '/metrics': { get: operation('Metrics for Prometheus', 'Operations', { 200: { description: 'Exposition format', content: { 'text/plain': { schema: { type: 'string' } } } } }) },
    },
    // Without tokens in its configuration the service wants none.
    security: [{ token: [] }, {}],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of the service\'s configuration, or a JWT of its issuer, with one of the scopes read, read:personal (customers too) and act; without the second, ids of customers are null' } },
      schemas: schemas(),
    },
  };
}

const schemas = (): OpenApiDocument['components']['schemas'] => ({
  Order: schemaOf(orderBody, ORDER_EXAMPLE),
  OrderPage: schemaOf(orderPage, ORDER_PAGE_EXAMPLE),
  Customer: schemaOf(customerBody, CUSTOMER_EXAMPLE),
  Alert: schemaOf(openAlert, OPEN_ALERT_EXAMPLE),
  AlertPage: schemaOf(alertPage, ALERT_PAGE_EXAMPLE),
  Worklist: schemaOf(worklistPage, WORKLIST_EXAMPLE),
  Acknowledge: schemaOf(acknowledgeRequest, ACKNOWLEDGE_EXAMPLE),
  Snooze: schemaOf(snoozeRequest, SNOOZE_EXAMPLE),
  Close: schemaOf(closeRequest, CLOSE_EXAMPLE),
  ClosedAlert: schemaOf(closedAlert, CLOSED_ALERT_EXAMPLE),
  Measures: schemaOf(measures, MEASURES_EXAMPLE),
  Rules: schemaOf(rulesBody, RULES_EXAMPLE),
  RulesReloaded: schemaOf(rulesReloaded, RULES_RELOADED_EXAMPLE),
  Health: schemaOf(health, HEALTH_EXAMPLE),
  Ready: schemaOf(ready, READY_EXAMPLE),
  Problem: schemaOf(problem, PROBLEM_EXAMPLE),
});

const operation = (summary: string, tag: string, responses: Operation['responses'], details: Details = {}): Operation => ({
  summary, tags: [tag], ...details, responses: { ...responses, default: problemAnswer('Any other error') },
});

const getOrder = (): Operation => operation('One order and its story', 'Orders', {
  200: json('The order as last judged; its ETag changes when the answer does', 'Order'),
  304: { description: 'The order is as the ETag in `If-None-Match` names it', content: {} },
  404: problemAnswer('No event of this order has been read'),
  503: problemAnswer('The store of orders cannot be read at present, or the partition of this order stands still or is being read again'),
}, { operationId: 'getOrder', parameters: [{ name: 'orderId', in: 'path', required: true, schema: { type: 'string', minLength: 1, maxLength: 256 } }] });

const getOrders = (): Operation => operation('Orders by what became of them', 'Orders', {
  200: overAll('One page; `nextCursor` leads to the next', 'OrderPage'),
  400: problemAnswer('`invalidParameters` names what is wrong'),
  503: problemAnswer('The store of orders cannot be read at present'),
}, {
  operationId: 'listOrders',
  description: 'Filters that are given all have to hold. A page may be short, even empty, and not be the last: go on while `nextCursor` is not null.',
  parameters: queryParameters(orderQuerySchema),
});

const getCustomer = (): Operation => operation('One customer, over its orders', 'Customers', {
  200: overAll('The orders as last judged, and how the customer is served over them', 'Customer'),
  404: problemAnswer('No order of this customer is known'),
  503: problemAnswer('The store of orders cannot be read at present'),
}, {
  operationId: 'getCustomer',
  description: 'The summary is computed from the orders of the page, by the formulas of the measures. Answers to surveys that name no order are in none.',
  parameters: [{ name: 'customerId', in: 'path', required: true, schema: { type: 'string', minLength: 1, maxLength: 256 } }, ...queryParameters(customerQuerySchema)],
});

const getAlerts = (): Operation => operation('Alerts that are open', 'Alerts', {
  200: overAll('One page; `nextCursor` leads to the next', 'AlertPage'),
  400: problemAnswer('`invalidParameters` names what is wrong'),
  503: problemAnswer('The store of orders cannot be read at present'),
}, {
  operationId: 'listAlerts',
  description: 'One alert per order at a time. Filters that are given all have to hold. A page may be short, even empty, and not be the last: go on while `nextCursor` is not null.',
  parameters: queryParameters(alertsQuerySchema),
});

const getWorklist = (): Operation => operation('What is to be done, what is due first, first', 'Alerts', {
  200: overAll('One page; `nextCursor` leads to the next', 'Worklist'),
  400: problemAnswer('`invalidParameters` names what is wrong'),
  503: problemAnswer('The store of orders cannot be read at present'),
}, {
  operationId: 'getWorklist',
  description: 'Open alerts by `actBy` (those without it last), severity and id, over all partitions. Snoozed ones are left out, and those that are past `actBy` by `alerts.expireAfter`. An alert that stays where it is is met exactly once over the pages, whatever changes meanwhile.',
  parameters: queryParameters(worklistQuerySchema),
});

interface AlertAction {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly answer: Answer;
  readonly body: { readonly schema: string; readonly required: boolean };
}

const alertAction = ({ operationId, summary, description, answer, body }: AlertAction): Operation => operation(summary, 'Alerts', {
  200: answer,
  400: problemAnswer('`invalidParameters` names what is wrong'),
  403: problemAnswer('A browser asked on behalf of a page of another site'),
  404: problemAnswer('No open alert has this id'),
  503: problemAnswer('The store cannot be read or written at present'),
}, {
  operationId, description,
  parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
  requestBody: { required: body.required, content: { 'application/json': { schema: refTo(body.schema) } } },
});

const postAck = (): Operation => alertAction({
  operationId: 'acknowledgeAlert', summary: 'Takes an alert up', answer: json('The alert, and who took it up first', 'Alert'), body: { schema: 'Acknowledge', required: false },
  description: 'The first acknowledgement of an alert is kept; later ones are answered with it and change nothing. It survives restarts and a state made anew.',
});

const postSnooze = (): Operation => alertAction({
  operationId: 'snoozeAlert', summary: 'Puts an alert off', answer: json('The alert, and until when it is put off', 'Alert'), body: { schema: 'Snooze', required: true },
  description: 'Until then it is not on the worklist; in the list of open alerts it is. The last snooze counts. It ends early when the alert changes.',
});

const postClose = (): Operation => alertAction({
  operationId: 'closeAlert', summary: 'Closes an alert', answer: json('Who closed it first, and what came of it', 'ClosedAlert'), body: { schema: 'Close', required: true },
  description: 'The first closure of an alert is kept; later ones are answered with it and change nothing. Within a second or two `alert.resolved` with `reason` `closed` follows on `cx.alerts`. '
    + 'The order raises an alert again once a pattern matches that did not match then or has cleared since, or the severity becomes worse.',
});

const getMeasures = (): Operation => operation('Measures over many orders', 'Measures', {
  200: overAll('A row for each figure, all of them, zeros and nulls included', 'Measures'),
  400: problemAnswer('`invalidParameters` names what is wrong'),
  503: problemAnswer('The store cannot be read at present'),
}, {
  operationId: 'listMeasures',
  description: 'A window is made of whole stretches of ten minutes, an hour or a day, all that reach into it, so it may begin earlier by one of them.',
  parameters: queryParameters(measuresQuerySchema),
});

const getRules = (): Operation => operation('What orders are judged by', 'Rules', {
  200: json('The rules in force at this worker, every default filled in', 'Rules'),
}, { operationId: 'getRules' });

const postRules = (): Operation => operation('Has this worker read its configuration file again', 'Rules', {
  200: json('What changed, and what needs a restart', 'RulesReloaded'),
  403: problemAnswer('A browser asked on behalf of a page of another site'),
  409: problemAnswer('The file is wrong: `invalidParameters` has the paths, and the rules in force stay'),
}, {
  operationId: 'reloadRules',
  description: 'As SIGHUP does; it takes no body. The rules are in force from the next steps of the lanes on, and every order is judged anew by them, some at a time. Each worker has to be told.',
});

const getStream = (): Operation => operation('What is said of orders, as it is said', 'Events', {
  200: { description: 'Server-sent events, for as long as the client stays', content: { 'text/event-stream': { schema: { type: 'string' } } } },
  400: problemAnswer('`invalidParameters` names what is wrong, or the Last-Event-ID is none of ours'),
  410: problemAnswer('The Last-Event-ID leads nowhere any more: begin anew without it'),
  503: problemAnswer('Too many streams, the process is stopping, or the events cannot be read at present: try again, or another worker'),
}, {
  operationId: 'streamEvents',
  description: 'Each event of `cx.events` of all partitions once, from any worker: `event` is its type, `data` its JSON on one line. A client that was cut goes on with `Last-Event-ID`. '
    + '`event: gap` names offsets that retention removed before the client had them, `event: unreadable` an event that could not be read.',
  parameters: [
    { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' }, description: 'The `id` received last; without it the stream begins with what comes from now on' },
    ...queryParameters(streamQuerySchema),
  ],
});

function schemaOf(schema: z.ZodType, example: object): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return { ...rest, examples: [example] };
}

function queryParameters(query: z.ZodType): Parameter[] {
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as { readonly description?: string };
    return { name, in: 'query', schema, ...(description === undefined ? {} : { description }) };
  });
}

const json = (description: string, schema: string): Answer => ({ description, content: { 'application/json': { schema: refTo(schema) } } });
/** Of an answer over all partitions. */
const overAll = (description: string, schema: string): Answer => ({ ...json(description, schema), headers: INCOMPLETE_HEADERS });
const problemAnswer = (description: string): Answer => ({ description, content: { 'application/problem+json': { schema: refTo('Problem') } } });
const refTo = (schema: string): object => ({ $ref: `#/components/schemas/${schema}` });
