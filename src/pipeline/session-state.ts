import type { SourceTopic } from '../contracts/names.js';
import { createClosings } from './closings.js';
import { createDeadlineWatch } from './deadlines.js';
import { createExpiries } from './expiries.js';
import { createJudge, type JudgeParts } from './judge.js';
import type { ReadyLane, SessionParts } from './lane-session.js';
import { createOrderBook } from './order-book.js';
import { createLaneProgress, type LaneProgress } from './progress.js';
import { createCalendar, hasExpired } from './retention.js';
import type { Silence, StepParts } from './step-parts.js';
import { createStepMeasures } from './step-measures.js';
import { createSweep } from './sweep.js';
import { createTimeReached } from './time-reached.js';
import type { CatchUp, Upkeep } from './upkeep.js';

/** The parts of a session that know how far it came, as it begins. */
export function openSessionState(parts: SessionParts, ready: ReadyLane) {
  const { lane, store, telemetry } = parts;
  const { topics } = parts.source;
  const { upkeep, version, calendar: kept, forgotten } = ready.claimed;
  const { retention } = parts;
  const time = createTimeReached(topics, parts.time);
  const progress = createLaneProgress(topics, ready.claimed.topics, time, upkeep.catchUp?.countedTo);
  const silence = createSilence(ready, topics, progress);
  if (upkeep.catchUp !== null) telemetry.catchingUp(lane, upkeep.catchUp.why);
  const book = createOrderBook(lane, store, forgotten > 0);
  const judgeParts: JudgeParts = {
    ...parts.judge, lane, telemetry,
    observe(order, assessment) {
      order.assessment = assessment;
      parts.judge.observe?.(order, assessment);
    },
  };
  const judge = createJudge(judgeParts);
  const calendar = createCalendar(kept, time);
  const measures = createStepMeasures((orderId, error) => { telemetry.unassessed(lane, orderId, error); }, () => parts.wallClock.now(), measuredTo(upkeep));
  const step: StepParts = {
    lane, time, progress, calendar, retention, silence, book, judge, renderJourney: parts.renderJourney, measures, telemetry, topicNames: parts.topicNames, limits: parts.limits, turns: parts.turns, maxFacts: parts.maxFacts,
    firstSeen: (sightings) => store.firstSeen(sightings), deadlines: createDeadlineWatch(lane, store),
  };
  const sweep = createSweep({
    lane, store, book, judge, telemetry, catalogue: parts.judge.catalogue, context: parts.judge.context,
    hasExpired: (state) => hasExpired(state, calendar.at(), retention),
  }, upkeep, version === 0);
  const expiries = createExpiries({ lane, store, book, calendar, retention, judge: judgeParts, now: () => parts.wallClock.now() }, upkeep, version === 0);
  const closings = createClosings({ lane, handling: parts.handling, book, judge: judgeParts, now: () => parts.wallClock.now() });
  return { time, progress, step, sweep, expiries, closings, silence };
}

export type SessionState = ReturnType<typeof openSessionState>;

/** Events without order before these offsets are in the measures already; those of a lane that is built anew went with its orders. */
const measuredTo = ({ catchUp }: Upkeep): CatchUp['countedTo'] => (catchUp === null || catchUp.why === 'rebuild' ? {} : catchUp.countedTo);

/** Kept from the claim of a lane that has to catch up, until its sources are read as far as they must be. */
function createSilence({ claimed, letters }: ReadyLane, topics: readonly SourceTopic[], progress: LaneProgress): Silence & { readonly isOver: () => boolean; readonly end: () => void } {
  const { catchUp } = claimed.upkeep;
  let kept = catchUp !== null;
  return {
    isKept: () => kept,
    isKnownLetter: (record) => kept && (letters?.has(record) ?? false),
    isKnownExpiry: (record) => kept && (letters?.hadExpired(record) ?? false),
    /** There is nothing more to be silent for, and nobody has said so yet. */
    isOver: () => kept && topics.every((topic) => progress.nextOf(topic) >= (catchUp?.until[topic] ?? -1)),
    end: () => { kept = false; },
  };
}
