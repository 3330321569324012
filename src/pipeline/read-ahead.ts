/** How much of each of its topics a lane reads ahead, as `load` counts it (intake.ts). Asked each time: a worker's lanes come and go. */
export interface ReadAhead {
  /** A topic of which more waits is paused. */
  readonly most: () => number;
  /** It goes on where no more than this waits. */
  readonly plenty: () => number;
}

/** Over all lanes of a thread, a record of usual size taking some 700 bytes: what eight lanes of eight topics take. */
const ALL = 512_000;
/** Of one topic of one lane. */
const MOST = 8_000;
const LEAST = 250;
/** Of so much a step of a backlog is made. */
const PLENTY = 5 / 8;

/**
 * The share of a lane: however many there are, a backlog fills no more memory.
 * @param topics of each lane
 * @param lanes how many there are in this thread by now
 */
export function createReadAhead(topics: number, lanes: () => number): ReadAhead {
  const most = (): number => Math.max(LEAST, Math.min(MOST, Math.floor(ALL / (topics * Math.max(1, lanes())))));
  return { most, plenty: () => Math.floor(PLENTY * most()) };
}
