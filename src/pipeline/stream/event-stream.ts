import type { Telemetry } from '../telemetry.js';
import type { StreamFilter, StreamSink } from './subscriber.js';

/** The stream of derived events, for any number of clients at once. */
export interface EventStream {
  /**
   * Admits a client; nothing is sent before `start`. Whoever gets a subscription ends it.
   * @param lastEventId where the client stands, as it was told; null: it wants what comes from now on
   * @throws StreamRefused
   */
  subscribe(lastEventId: string | null, filter: StreamFilter): Promise<Subscription>;
  /** Ends every client's stream and takes no more. */
  close(): Promise<void>;
}

export interface Subscription {
  /** Where the client stands, where it does not know that yet; else null. */
  moved(): string | null;
  /** Sends what is behind the client's position, and then what comes, until the sink is ended or `end` is called. */
  start(sink: StreamSink): void;
  /** The client is gone, or (a reason) was cut by whoever serves it. */
  end(cut?: 'slow' | 'expired'): void;
}

/** Why a stream was refused, or ended by us. */
export const STREAM_DROPS = ['too_many', 'slow', 'expired', 'failed', 'stopping'] as const;
export type StreamDrop = (typeof STREAM_DROPS)[number];

export type StreamRefusal =
  /** To be tried again later. */
  | 'too_many' | 'stopping' | 'failed'
  /** Not an id that we gave. */
  | 'malformed'
  /** An id that leads nowhere any more. */
  | 'gone';

/** The text says what happened and what to do. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused';
  constructor(readonly refusal: StreamRefusal, message: string, cause?: unknown) {
    super(message, { cause });
  }
}

export interface StreamTelemetry extends Pick<Telemetry, 'retrying'> {
  streamClients(count: number): void;
  streamDropped(reason: StreamDrop): void;
  /** Why all clients, or one that caught up, were cut. */
  streamFailed(error: Error): void;
}
