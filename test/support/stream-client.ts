import { createMemoryEventFeed } from '../../src/adapters/memory/event-feed.js';
import { createMemoryOutputs, type MemoryOutputsOptions } from '../../src/adapters/memory/outputs.js';
import { createEventStream, type EventStreamParts } from '../../src/pipeline/stream/create-event-stream.js';
import type { EventFeed } from '../../src/pipeline/stream/event-feed.js';
import type { EventStream } from '../../src/pipeline/stream/event-stream.js';
import type { StreamFilter, StreamMessage } from '../../src/pipeline/stream/subscriber.js';

/** A log of events in memory, streams over it, and clients that are cut. */

export interface Published {
  readonly partition: number;
  readonly seq: number;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** What a record's `data` says it is. */
export const nameOf = (data: string): string => (JSON.parse(data) as { readonly id: string }).id;

/** `readRecords`: so many at the most are read at a time by clients that are behind. */
export function createEventLog(partitions: number, { readRecords = 500, ...options }: Partial<MemoryOutputsOptions> & { readonly readRecords?: number } = {}) {
  const outputs = createMemoryOutputs({ lanes: partitions, now: () => 0, ...options });
  return {
    outputs,
    feed: readingLess(createMemoryEventFeed(outputs, partitions), readRecords),
    publish({ partition, seq, more = {} }: Published): void {
      const value = JSON.stringify({ id: `${partition}/${seq}`, type: 'signal.opened', orderId: `o-${seq % 3}`, signal: 'lost', ...more });
      void outputs.output.publish(partition, [{ seq, topic: 'cx.events', key: 'o', value, headers: { cx_seq: String(seq) } }]);
    },
  };
}

const readingLess = (feed: EventFeed, most: number): EventFeed => ({
  async open() {
    const open = await feed.open();
    return {
      ...open,
      async read(partition, from) {
        const stretch = await open.read(partition, from);
        return stretch === null || stretch.records.length <= most ? stretch : { records: stretch.records.slice(0, most), next: from + most };
      },
    };
  },
});

/** A worker's stream; nothing lingers. `told` is what its telemetry was told. */
export function createStreamUnderTest(parts: Pick<EventStreamParts, 'feed'> & Partial<EventStreamParts>): { readonly stream: EventStream; readonly told: string[] } {
  const told: string[] = [];
  const stream = createEventStream({
    schemas: null, maxClients: 10,
    later: (run) => {
      run();
      return () => undefined;
    },
    telemetry: {
      streamClients: (count) => { told.push(`clients ${count}`); },
      streamDropped: (reason) => { told.push(`dropped ${reason}`); },
      streamFailed: (error) => { told.push(`failed: ${error.message}`); },
      retrying: (_lane, what) => { told.push(`retrying to ${what}`); },
    },
    ...parts,
  });
  return { stream, told };
}

export interface StreamClient {
  /** Of this connection, as they came. */
  readonly messages: StreamMessage[];
  readonly ended: () => boolean;
  /** What a client keeps that was cut before it had the last `lost` of them: where it stands. */
  cut(lost?: number): { readonly kept: readonly StreamMessage[]; readonly lastEventId: string };
  moved(): string | null;
}

export async function connectTo(stream: EventStream, lastEventId: string | null = null, filter: StreamFilter = {}): Promise<StreamClient> {
  const subscription = await stream.subscribe(lastEventId, filter);
  const messages: StreamMessage[] = [];
  let ended = false;
  subscription.start({
    send: (more) => { messages.push(...more); },
    ready: () => new Promise((resolve) => { setImmediate(resolve); }),
    end: () => { ended = true; },
  });
  // Messages that were sent within `start` come before it is told where it stands.
  const before = messages.length;
  const first = subscription.moved() ?? lastEventId ?? '';
  return {
    messages, ended: () => ended, moved: () => subscription.moved(),
    cut(lost = 0) {
      subscription.end();
      const kept = messages.slice(0, Math.max(before, messages.length - lost));
      return { kept, lastEventId: kept.at(-1)?.id ?? first };
    },
  };
}

/** Lets whatever is under way go on for so many turns. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => { setImmediate(resolve); });
}

/** Waits until nothing more comes. Everything here goes by turns of the event loop, not by time. */
export async function quiet({ messages }: StreamClient): Promise<void> {
  for (let before = -1; messages.length > before;) {
    before = messages.length;
    await turns(100);
  }
}
