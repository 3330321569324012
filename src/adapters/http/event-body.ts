import { Readable } from 'node:stream';
import type { StreamMessage, StreamSink } from '../../pipeline/stream/subscriber.js';

export interface EventBodyOptions {
  /** A client for whom more than this waits to be taken is too slow, bytes. */
  readonly maxBufferedBytes: number;
  /** Called once, when the client is cut for being slow. */
  readonly slow: () => void;
  /** Called once, when the body ended in whatever way. */
  readonly closed: () => void;
}

/** The body of an answer that is a stream of server-sent events. */
export interface EventBody extends StreamSink {
  readonly body: Readable;
  /** Tells the client where it stands. */
  place(id: string): void;
  /** To be called in even intervals: shows that the stream lives, tells `moved`, and cuts who takes nothing any more. */
  beat(moved: () => string | null): void;
}

/** How soon a client comes back after a cut; ms. Workers need longer than that to be replaced, but any worker will do. */
const RETRY_MS = 2_000;
/** So much may wait without anyone waiting for it, bytes. */
const AT_EASE = 65_536;
/** Intervals in which a client takes nothing of what waits for it. */
const STALLED_BEATS = 4;

export function createEventBody({ maxBufferedBytes, slow, closed }: EventBodyOptions): EventBody {
  const waiting: (() => void)[] = [];
  let took = true;
  let stalled = 0;
  const release = (): void => {
    took = true;
    for (const resolve of waiting.splice(0)) resolve();
  };
  const body = new Readable({ highWaterMark: AT_EASE, read: release });
  body.once('close', () => {
    release();
    closed();
  });
  const cut = (): void => {
    body.destroy();
    slow();
  };
  const write = (text: string): void => {
    if (body.destroyed || body.readableEnded) return;
    // What waits, not what comes: a single event may be larger than all that may wait.
    if (body.readableLength > maxBufferedBytes) cut();
    else body.push(text);
  };
  const place = (id: string): void => write(`id: ${id}\n\n`);
  write(`: what Touchpoint says of orders, as it says it\nretry: ${RETRY_MS}\n\n`);
  return {
    body,
    send: (messages) => write(messages.map(asText).join('')),
    ready: () => (body.destroyed || body.readableLength < AT_EASE ? Promise.resolve() : new Promise((resolve) => { waiting.push(resolve); })),
    end() {
      if (!body.destroyed) body.push(null);
    },
    place,
    beat(moved) {
      stalled = took || body.readableLength === 0 ? 0 : stalled + 1;
      took = false;
      if (stalled >= STALLED_BEATS) cut();
      // What waits shows as well that the stream lives.
      if (body.destroyed || body.readableLength > 0) return;
      const id = moved();
      if (id === null) write(':\n\n');
      else place(id);
    },
  };
}

const asText = ({ id, type, data }: StreamMessage): string => `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`;
