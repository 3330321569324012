import type { Answer, Channel, Request, Setback } from './destination.js';
import type { AlertRecord, SinkAlert } from './sink-alert.js';
import type { SinkParts } from './sink-parts.js';
import type { SetAside } from './sink-telemetry.js';
import { backoffMs } from './timing.js';

export interface Letter {
  readonly record: AlertRecord;
  readonly alert: SinkAlert;
}

/** Pauses between tries of one alert. */
const BACKOFF = { firstMs: 1_000, longestMs: 60_000 };
/** An alert that a receiver refuses is tried so often: what refuses may be a version that is just being replaced. */
const REFUSALS = 3;
/** So many setbacks are put down to the alert where others were taken meanwhile. */
const SETBACKS = 10;

export interface Delivery {
  /** Until they are taken or set aside. False: called off. */
  deliver(letters: readonly Letter[]): Promise<boolean>;
  repeat(): Promise<void>;
}

/** What came of a request that was made again and again. null: it was called off. A setback: there is no use in trying on. */
export type Outcome = 'taken' | { readonly why: SetAside; readonly setback: Setback } | null;

export interface Insistence {
  /** One try, when the receiver may be asked. null: called off. */
  readonly attempt: (request: Request) => Promise<Answer | null>;
  /** Until it is taken, or there is no use in trying on. @param letters what the request tells of */
  readonly insist: (letters: readonly Letter[], request: Request) => Promise<Outcome>;
}

/** Makes requests again and again where need be. */
export function createInsistence(parts: SinkParts, signal: AbortSignal): Insistence {
  const { name, telemetry, timing, breaker } = parts;

  const attempt = async (request: Request): Promise<Answer | null> => {
    const answer = await breaker.run(() => parts.slots.run(request), signal);
    if (answer === null || signal.aborted) return null;
    if (answer.kind !== 'taken') telemetry.sinkFailed(name, answer.reason, answer.message);
    return answer;
  };

  const insist = async (letters: readonly Letter[], request: Request): Promise<Outcome> => {
    const takenBefore = breaker.taken();
    for (let setbacks = 1; ; setbacks += 1) {
      const answer = await attempt(request);
      if (answer === null) return null;
      if (answer.kind === 'taken') return 'taken';
      const why = hopeless(answer, setbacks, breaker.taken() > takenBefore, letters);
      if (why !== null) return { why, setback: answer };
      await timing.pause(backoffMs(BACKOFF, setbacks, timing.random()), signal);
    }
  };
  const hopeless = (answer: Setback, setbacks: number, othersTaken: boolean, letters: readonly Letter[]): SetAside | null => {
    if (answer.kind === 'refused' && setbacks >= REFUSALS) return 'refused';
    if (answer.kind === 'failed' && setbacks >= SETBACKS && othersTaken) return 'failed';
    const tooOld = letters.every(({ alert }) => timing.now() - Date.parse(alert.detectedAt) > parts.giveUpAfterMs);
    return tooOld ? 'too_old' : null;
  };
  return { attempt, insist };
}

/** Sends alerts over their channel. */
export function createDelivery(parts: SinkParts & { readonly channel: Channel }, signal: AbortSignal): Delivery {
  const { name, telemetry, timing, channel } = parts;
  const { attempt, insist } = createInsistence(parts, signal);

  const deliver = async (letters: readonly Letter[]): Promise<boolean> => {
    const request = channel.deliver(letters.map(({ alert }) => alert), signal);
    const outcome = request === null ? 'taken' : await insist(letters, request);
    if (outcome === null) return false;
    if (outcome === 'taken') {
      for (const { alert } of letters) telemetry.sinkDelivered(name, timing.now() - Date.parse(alert.detectedAt));
      return true;
    }
    const [first, ...others] = letters;
    if (others.length > 0) {
      // One of them may be to blame for all.
      for (const letter of letters) if (!(await deliver([letter]))) return false;
    } else if (first !== undefined) {
      const { record, alert } = first;
      telemetry.sinkSetAside(name, outcome.why, { place: record, id: alert.id, count: 1 }, outcome.setback.message);
    }
    return true;
  };

  return {
    deliver,
    async repeat() {
      // What fails is tried again when it is due the next time.
      for (const request of channel.repeat(signal)) if ((await attempt(request))?.kind !== 'taken') return;
    },
  };
}
