import type { Answer, Channel, Setback } from './destination.js';
import type { AlertRecord, SinkAlert } from './sink-alert.js';
import type { SinkParts } from './sink-lane.js';
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

/** Sends what is given, again and again where need be. */
export function createDelivery(parts: SinkParts & { readonly channel: Channel }, signal: AbortSignal): Delivery {
  const { name, telemetry, timing, breaker, channel } = parts;

  const attempt = async (request: () => Promise<Answer>): Promise<Answer | null> => {
    const answer = await breaker.run(() => parts.slots.run(request), signal);
    if (answer === null || signal.aborted) return null;
    if (answer.kind !== 'taken') telemetry.sinkFailed(name, answer.reason, answer.message);
    return answer;
  };

  /** As one request, until it is taken. A setback: there is no use in trying on. */
  const insist = async (letters: readonly Letter[]): Promise<'taken' | { readonly why: SetAside; readonly setback: Setback } | null> => {
    const takenBefore = breaker.taken();
    for (let setbacks = 1; ; setbacks += 1) {
      const answer = await attempt(() => channel.deliver(letters.map(({ alert }) => alert), signal));
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

  const deliver = async (letters: readonly Letter[]): Promise<boolean> => {
    const outcome = await insist(letters);
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
      await attempt(() => channel.repeat(signal));
    },
  };
}
