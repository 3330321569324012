import type { EventContent, FeedEvent } from './feed-event.js';
import { UNREADABLE } from './feed-event.js';
import type { PositionCodec } from './position.js';

/** What a client wants to be told of; everything that is given has to hold. */
export interface StreamFilter {
  readonly type?: string | undefined;
  readonly signal?: string | undefined;
  readonly pattern?: string | undefined;
  readonly orderId?: string | undefined;
}

export interface StreamMessage {
  /** Where the client stands once it has it. */
  readonly id: string;
  readonly type: string;
  /** JSON on one line. */
  readonly data: string;
}

/** Where a client's messages go. */
export interface StreamSink {
  /** Takes them in any case; a client that does not read them is cut by whoever made the sink. */
  send(messages: readonly StreamMessage[]): void;
  /** Resolves once the client has taken most of what was sent, or is gone. */
  ready(): Promise<void>;
  /** Nothing more will come; the client may come back with its position. */
  end(): void;
}

/** A client's place in the log and what it has seen. */
export interface Subscriber {
  /** Offset behind the last event of the partition that the client knows. */
  next(partition: number): number;
  /** The records up to this offset are gone: the client goes on from it. */
  skipTo(partition: number, offset: number): void;
  /** The event right before `next` has this number. */
  standsOn(partition: number, seq: number): void;
  /** The messages that these events of one partition, in order, make for the client. */
  take(partition: number, events: readonly FeedEvent[]): readonly StreamMessage[];
  /** A message of another kind, with the present position. */
  tell(type: string, data: object): StreamMessage;
  /** The position, where it is another than the client was told last; else null. */
  moved(): string | null;
}

/**
 * Keeps, of each partition, up to where the client knows the events and the highest number among them. A worker that was
 * killed between writing and saying so leads to events being written again, with the same numbers: what is not above the
 * highest is one of these. The place moves with new events only, so that it always stands behind the one with the highest
 * number; a repeat that follows is looked at and dropped again after a return.
 */
export function createSubscriber(codec: PositionCodec, from: readonly number[], filter: StreamFilter): Subscriber {
  const next = Float64Array.from(from);
  const highest = new Float64Array(from.length);
  let untold = true;
  const message = (type: string, data: string): StreamMessage => {
    untold = false;
    return { id: codec.encode(next), type, data };
  };
  const takeOne = (partition: number, { offset, seq, content }: FeedEvent): StreamMessage | null => {
    if (seq === null) return null;
    const place = next[partition] ?? 0;
    const known = highest[partition] ?? 0;
    if (offset < place) {
      if (offset === place - 1) highest[partition] = Math.max(known, seq);
      return null;
    }
    if (seq <= known) return null;
    highest[partition] = seq;
    next[partition] = offset + 1;
    untold = true;
    return passes(filter, content) ? message(content.type, content.data) : null;
  };
  return {
    next: (partition) => next[partition] ?? 0,
    skipTo(partition, offset) {
      next[partition] = offset;
      untold = true;
    },
    standsOn(partition, seq) {
      highest[partition] = Math.max(highest[partition] ?? 0, seq);
    },
    take(partition, events) {
      const messages: StreamMessage[] = [];
      for (const event of events) {
        const made = takeOne(partition, event);
        if (made !== null) messages.push(made);
      }
      return messages;
    },
    tell: (type, data) => message(type, JSON.stringify(data)),
    moved() {
      if (!untold) return null;
      untold = false;
      return codec.encode(next);
    },
  };
}

const passes = ({ type, signal, pattern, orderId }: StreamFilter, content: EventContent): boolean =>
  // Nobody can tell what it was.
  content.type === UNREADABLE
  || ((type === undefined || content.type === type) && (signal === undefined || content.signal === signal)
    && (pattern === undefined || content.pattern === pattern) && (orderId === undefined || content.orderId === orderId));
