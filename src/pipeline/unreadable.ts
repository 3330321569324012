import type { SourceListener } from './ports.js';

/** Tells the listener that a position lies outside of its partition: never is it moved to a default in silence. */
export const reportUnreadable = <T extends string>(listener: SourceListener<T>, lane: number, topic: T, offset: number): void => {
  if (listener.unreadable !== undefined) listener.unreadable(lane, topic, offset);
  else listener.failed(new PositionUnreadable(lane, topic, offset));
};

export class PositionUnreadable extends Error {
  override readonly name = 'PositionUnreadable';

  constructor(readonly lane: number, readonly topic: string, readonly offset: number) {
    super(
      `Offset ${offset} of ${topic}, partition ${lane}, is not in the log: retention removed records before they were read, `
      + 'or the topic was deleted and made anew. Check the bounds of the partition before reading on.',
    );
  }
}
