import type { OutputTopic } from '../contracts/names.js';
import type { LaneCommit, TopicProgress } from './ports.js';
import { Final } from './retry.js';

const requireWhole = (value: number, what: string): void => {
  if (!Number.isSafeInteger(value)) throw new Final(`${what} must be a whole number below 2^53, not ${String(value)}`);
};

const checkProgress = (topic: string, progress: TopicProgress): void => {
  requireWhole(progress.next, `next offset of ${topic}`);
  if (progress.clock !== null) requireWhole(progress.clock, `clock of ${topic}`);
  if (progress.position !== null) requireWhole(progress.position.offset, `position of ${topic}`);
};

/**
 * Refuses a commit that a store could only apply in part: stores write without a way back, so whatever data could
 * make a write fail must be found before the first one.
 * @throws Final naming the field: the same commit would be refused for ever
 */
export const checkCommit = (commit: LaneCommit): void => {
  requireWhole(commit.base, 'base version');
  requireWhole(commit.seq, 'seq');
  if (commit.calendar !== null) requireWhole(commit.calendar, 'calendar');
  for (const [topic, progress] of commit.topics) checkProgress(topic, progress);
  if (commit.outbox !== null) {
    requireWhole(commit.outbox.firstSeq, 'first seq of the outbox entry');
    requireWhole(commit.outbox.lastSeq, 'last seq of the outbox entry');
  }
  for (const order of commit.orders) {
    if (typeof order.due === 'number') requireWhole(order.due, `deadline of order ${order.orderId}`);
  }
};

/** Refuses output ends that aren't offsets. @throws Final naming the topic */
export const checkEnds = (ends: ReadonlyMap<OutputTopic, number>): void => {
  for (const [topic, end] of ends) requireWhole(end, `end of ${topic}`);
};
