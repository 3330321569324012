import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DERIVED_TYPES, SIGNALS } from '../../contracts/names.js';
import { StreamRefused, type Subscription } from '../../pipeline/stream/event-stream.js';
import type { WallClock } from '../../pipeline/ports.js';
import type { StreamMessage } from '../../pipeline/stream/subscriber.js';
import { createEventBody } from './event-body.js';
import { createShares } from './limits.js';
import { withoutPersonal } from './personal.js';
import type { HttpPorts } from './ports.js';
import { HttpProblem } from './problems.js';
import { once, parseQuery } from './query.js';
import type { StreamSettings } from './stream-settings.js';

/** The query of `GET /v1/stream`. */
export const streamQuerySchema = z.strictObject({
  type: z.enum(DERIVED_TYPES, `expected one of ${DERIVED_TYPES.join(', ')}`).optional().describe('Only events of this type'),
  signal: z.enum(SIGNALS, `expected one of ${SIGNALS.join(', ')}`).optional().describe('Only events of this signal'),
  pattern: z.string(once).min(1, 'expected a name').max(64, 'expected a name').optional().describe('Only events of this pattern'),
  orderId: z.string(once).min(1, 'expected an id').max(256, 'expected an id').optional().describe('Only events of this order'),
  lastEventId: z.string(once).optional().describe('As the header `Last-Event-ID`, for clients that cannot set it; the header goes first'),
});

/** How long an answer that we ended may take to be taken; a client that takes nothing must not hold up the process. ms */
const FINISH_MS = 1_000;
/** When to try again for a stream that could not be given, s. */
const COME_BACK_S = 5;

/** `GET /v1/stream`: derived events as they are published, for as long as the client stays. */
export function addStream(app: FastifyInstance, { stream, clock }: Pick<HttpPorts, 'stream' | 'clock'>, settings: StreamSettings): void {
  const shares = createShares(settings.maxPerClient);
  // A HEAD of it would never end.
  app.get('/v1/stream', { exposeHeadRoute: false }, async (request, reply) => {
    const { lastEventId, ...filter } = parseQuery(streamQuerySchema, request.query);
    const given = request.headers['last-event-id'];
    const position = (typeof given === 'string' && given !== '' ? given : lastEventId) ?? '';
    const leave = shares.take(request);
    if (leave === null) throw new HttpProblem(429, `More than ${settings.maxPerClient} streams at once.`, { refusal: 'streams', retryAfterS: COME_BACK_S });
    const subscription = await stream.subscribe(position === '' ? null : position, filter).catch((error: unknown): never => {
      leave();
      throw error instanceof StreamRefused ? problemOf(error) : error;
    });
    return serve({ request, reply, subscription, settings, clock, leave });
  });
  app.addHook('preClose', () => stream.close());
}

interface Served {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly subscription: Subscription;
  readonly settings: StreamSettings;
  readonly clock: WallClock;
  /** Called once, when the stream is over. */
  readonly leave: () => void;
}

function serve({ request, reply, subscription, settings, clock, leave }: Served): FastifyReply {
  const events = createEventBody({
    maxBufferedBytes: settings.maxBufferedBytes,
    slow: () => subscription.end('slow'),
    closed() {
      callOff();
      leave();
      subscription.end();
    },
  });
  const callOff = settings.every(() => {
    if (clock.now() < request.mayUntil) events.beat(() => subscription.moved());
    else subscription.end('expired');
  }, settings.heartbeatMs);
  subscription.start({
    ...events,
    send: (messages) => events.send(request.mayReadPersonal ? messages : messages.map(impersonal)),
    end() {
      events.end();
      finishSoon(request, reply);
    },
  });
  // Where it began: it may be cut before the first event.
  const began = subscription.moved();
  if (began !== null) events.place(began);
  return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(events.body);
}

/** For whoever may not know the customers. */
const impersonal = (message: StreamMessage): StreamMessage => ({ ...message, data: JSON.stringify(withoutPersonal(JSON.parse(message.data))) });

/** Closes the connection behind an answer that we ended; it would stay open for the next request, also while the process stops. */
function finishSoon({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply): void {
  const timer = setTimeout(() => { raw.destroy(); }, FINISH_MS);
  raw.once('finish', () => { socket.destroySoon(); });
  raw.once('close', () => { clearTimeout(timer); });
}

function problemOf({ refusal, message, cause }: StreamRefused): HttpProblem {
  if (refusal === 'failed') return new HttpProblem(503, message, { cause });
  if (refusal === 'malformed') return new HttpProblem(400, message, { invalidParameters: [{ name: 'Last-Event-ID', reason: 'none that this service gave' }] });
  if (refusal === 'gone') return new HttpProblem(410, message);
  return new HttpProblem(503, message, { refusal: 'streams', retryAfterS: COME_BACK_S });
}
