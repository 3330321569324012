import type { FeedSession } from './feed-session.js';
import type { Slots } from './slots.js';
import type { Subscriber, StreamMessage } from './subscriber.js';

/** A client that is behind the tail. */
export interface CatchingUp {
  readonly session: FeedSession;
  readonly subscriber: Subscriber;
  /** Reading the log takes one of these. */
  readonly slots: Slots;
  readonly ended: () => boolean;
  readonly send: (messages: readonly StreamMessage[]) => Promise<void>;
  /** The client has all that the tail brought of this partition; what comes is to be handed to it. */
  readonly join: (partition: number) => void;
}

/** A part of a partition that retention removed before the client had it; `to` is the oldest offset that is left. */
export interface Gap {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Messages made of so many events are sent at a time: what a client does not take yet waits in the log, not in memory. */
const SLICE = 50;

/** Leads a client to the tail, partition by partition. Throws where the log can't be read or isn't the one that it was. */
export async function catchUp(client: CatchingUp): Promise<void> {
  const { feed } = client.session;
  for (let partition = 0; partition < feed.partitions && !client.ended(); partition += 1) await catchUpWith(client, partition);
}

async function catchUpWith(client: CatchingUp, partition: number): Promise<void> {
  const { session, subscriber, slots } = client;
  // From the event on that the client has already: its number is needed to tell repeats of what it has.
  let at = standsOnDropped(client, partition) ? subscriber.next(partition) : Math.max(0, subscriber.next(partition) - 1);
  while (!client.ended()) {
    const recent = session.recent.since(partition, at);
    if (recent !== null && recent.length <= SLICE) {
      const messages = subscriber.take(partition, recent);
      // In the same step: nothing that the tail brings can come in between.
      client.join(partition);
      if (messages.length > 0) await client.send(messages);
      return;
    }
    if (recent !== null) {
      at = (recent[SLICE - 1]?.offset ?? at) + 1;
      await client.send(subscriber.take(partition, recent.slice(0, SLICE)));
      continue;
    }
    const from = at;
    const read = await slots.run(() => (client.ended() ? Promise.resolve(null) : session.read(partition, from)));
    if (client.ended()) return;
    if (read === null) at = await passGap(client, partition, from);
    else {
      if (read.next <= from) throw new Error(`partition ${partition} of cx.events ends at offset ${from}, before what was read of it: the topic was made anew`);
      for (let sent = 0; sent < read.events.length && !client.ended(); sent += SLICE) {
        await client.send(subscriber.take(partition, read.events.slice(sent, sent + SLICE)));
      }
      at = read.next;
    }
  }
}

/** The event that the client stands on may just have left memory, all that follow being there: then the log need not be asked. */
function standsOnDropped({ session: { recent }, subscriber }: CatchingUp, partition: number): boolean {
  const dropped = recent.dropped(partition);
  if (dropped?.seq == null || dropped.offset !== subscriber.next(partition) - 1) return false;
  subscriber.standsOn(partition, dropped.seq);
  return true;
}

/** Retention was faster than the client: it is told, and goes on with what is left. */
async function passGap(client: CatchingUp, partition: number, at: number): Promise<number> {
  const bounds = (await client.session.feed.bounds())[partition];
  if (bounds === undefined || at >= bounds.start) throw new Error(`offset ${at} of partition ${partition} of cx.events cannot be read any more: the topic was made anew`);
  const from = client.subscriber.next(partition);
  // Else only the event that the client has already is gone.
  if (from < bounds.start) {
    client.subscriber.skipTo(partition, bounds.start);
    await client.send([gapMessage(client.subscriber, [{ partition, from, to: bounds.start }])]);
  }
  return bounds.start;
}

/** Tells a client what it can't have any more. */
export const gapMessage = (subscriber: Subscriber, partitions: readonly Gap[]): StreamMessage => subscriber.tell('gap', { partitions });
