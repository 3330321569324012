import { asError } from '../../core/as-error.js';
import { catchUp, type Gap, gapMessage } from './catch-up.js';
import { type EventStream, StreamRefused, type StreamDrop, type StreamTelemetry, type Subscription } from './event-stream.js';
import { type FeedSession, type FeedSessionParts, openFeedSession } from './feed-session.js';
import { settledWithin } from '../retry.js';
import { createSlots } from './slots.js';
import { createSubscriber, type StreamFilter, type StreamMessage, type StreamSink, type Subscriber } from './subscriber.js';

export interface EventStreamParts extends FeedSessionParts {
  readonly telemetry: StreamTelemetry;
  /** Streams at once. */
  readonly maxClients: number;
  /** Calls back after so many ms, once; gives a function that calls it off. */
  readonly later: (run: () => void, ms: number) => () => void;
}

/** Reads of clients that are behind, at once. */
const CATCH_UP_READS = 4;
/** The log is followed so much longer once nobody listens: who was cut comes back within seconds. ms */
const LINGER_MS = 10_000;
/** How long closing waits for the log to be left; ms. */
const CLOSE_MS = 2_000;

/** A client that was admitted. */
interface Client {
  readonly session: FeedSession;
  readonly subscriber: Subscriber;
  /** By partition: has the client all that the tail brought? */
  readonly joined: Uint8Array;
  sink: StreamSink | null;
  ended: boolean;
}

/**
 * One tail for all clients, started with the first of them and ended some seconds after the last. A client that comes back
 * reads on from its position, from memory or from the log, until it meets the tail, partition by partition.
 */
export function createEventStream(parts: EventStreamParts): EventStream {
  const { telemetry } = parts;
  const slots = createSlots(CATCH_UP_READS);
  const clients = new Set<Client>();
  /** Also those whose position is being looked at. */
  let count = 0;
  let session: Promise<FeedSession> | null = null;
  let callOffEnd: (() => void) | null = null;
  let closed = false;

  const drop = (client: Client, reason: StreamDrop): void => {
    if (!clients.has(client)) return;
    telemetry.streamDropped(reason);
    client.sink?.end();
    leave(client);
  };
  const endSession = async (): Promise<void> => {
    callOffEnd?.();
    callOffEnd = null;
    const ending = session;
    session = null;
    await ending?.then((open) => open.close(), () => undefined);
  };
  const countDown = (): void => {
    count -= 1;
    telemetry.streamClients(count);
    if (count === 0 && !closed) callOffEnd = parts.later(() => void endSession(), LINGER_MS);
  };
  const leave = (client: Client): void => {
    client.ended = true;
    if (clients.delete(client)) countDown();
  };

  const open = (): Promise<FeedSession> => {
    if (session !== null) return session;
    const opening: Promise<FeedSession> = openFeedSession(parts, {
      events(partition, events) {
        for (const client of clients) {
          if (client.joined[partition] !== 1) continue;
          const messages = client.subscriber.take(partition, events);
          if (messages.length > 0) client.sink?.send(messages);
        }
      },
      failed(error) {
        telemetry.streamFailed(error);
        for (const client of [...clients]) drop(client, 'failed');
        if (session === opening) void endSession();
      },
    });
    session = opening;
    opening.catch(() => { if (session === opening) session = null; });
    return opening;
  };

  const admit = async (lastEventId: string | null, filter: StreamFilter): Promise<Subscription> => {
    const opening = open();
    const opened = await unlessAway(opening);
    const { subscriber, gaps } = await place(opened, lastEventId, filter);
    if (closed) throw stopping();
    if (session !== opening) throw away(new Error('the log was closed meanwhile'));
    const client: Client = { session: opened, subscriber, joined: new Uint8Array(opened.feed.partitions), sink: null, ended: false };
    clients.add(client);
    return {
      moved: () => subscriber.moved(),
      start: (sink) => { if (!client.ended) start(client, sink, gaps); },
      end(cut) {
        if (cut !== undefined) drop(client, cut);
        else leave(client);
      },
    };
  };

  const start = (client: Client, sink: StreamSink, gaps: readonly Gap[]): void => {
    client.sink = sink;
    if (gaps.length > 0) sink.send([gapMessage(client.subscriber, gaps)]);
    const send = async (messages: readonly StreamMessage[]): Promise<void> => {
      if (client.ended) return;
      if (messages.length > 0) sink.send(messages);
      await sink.ready();
    };
    catchUp({
      session: client.session, subscriber: client.subscriber, slots, send, ended: () => client.ended, join: (partition) => { client.joined[partition] = 1; },
    }).catch((error: unknown) => {
      if (client.ended) return;
      telemetry.streamFailed(asError(error));
      drop(client, 'failed');
    });
  };

  return {
    async subscribe(lastEventId, filter) {
      if (closed) throw stopping();
      if (count >= parts.maxClients) {
        telemetry.streamDropped('too_many');
        throw new StreamRefused('too_many', `This process serves ${parts.maxClients} streams already, its limit (\`stream.maxClients\`). Try again later, or another worker.`);
      }
      count += 1;
      telemetry.streamClients(count);
      callOffEnd?.();
      callOffEnd = null;
      try {
        return await admit(lastEventId, filter);
      } catch (error) {
        countDown();
        throw error;
      }
    },
    async close() {
      closed = true;
      for (const client of [...clients]) drop(client, 'stopping');
      // A log that is away may be waited for by a client for longer than a stop may take.
      await settledWithin(CLOSE_MS, endSession());
    },
  };
}

const stopping = (): StreamRefused => new StreamRefused('stopping', 'This process is stopping. Try again in a moment; another worker can go on from the same Last-Event-ID.');
const away = (cause: unknown): StreamRefused => new StreamRefused('failed', 'The published events cannot be read at present.', cause);

async function unlessAway<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw away(error);
  }
}

/** Finds a client's place in the log. */
async function place(session: FeedSession, lastEventId: string | null, filter: StreamFilter): Promise<{ readonly subscriber: Subscriber; readonly gaps: readonly Gap[] }> {
  const { feed, codec, recent } = session;
  if (lastEventId === null) return { subscriber: createSubscriber(codec, session.begin(), filter), gaps: [] };
  const decoded = codec.decode(lastEventId);
  if (decoded.kind === 'malformed') throw new StreamRefused('malformed', 'The Last-Event-ID is none that this service gave. Send the `id` of the last event as it came, or none to begin with what comes from now on.');
  if (decoded.kind === 'foreign') throw gone('belongs to another log of events');
  const { next } = decoded;
  if (next.length !== feed.partitions) throw gone(`is of a log with ${next.length} partitions, this one has ${feed.partitions}`);
  const subscriber = createSubscriber(codec, next, filter);
  // What lies within the memory of recent events lies within the log.
  const isRecent = next.every((offset, partition) => offset <= recent.next(partition) && recent.since(partition, Math.max(0, offset - 1)) !== null);
  const gaps: Gap[] = [];
  for (const [partition, { start, end }] of (isRecent ? [] : await unlessAway(feed.bounds())).entries()) {
    const from = subscriber.next(partition);
    if (from > end) throw gone(`lies behind the end of partition ${partition}: the log was made anew, or lost its last records`);
    if (from >= start) continue;
    gaps.push({ partition, from, to: start });
    subscriber.skipTo(partition, start);
  }
  return { subscriber, gaps };
}

const gone = (why: string): StreamRefused => new StreamRefused('gone',
  `The Last-Event-ID ${why}, so nobody can tell what came since. Begin anew without it, and take how orders stand from /v1/orders.`);
