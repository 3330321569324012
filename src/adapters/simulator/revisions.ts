import { hurt, promiseAt, promiseText, tell, type Draft } from './draft.js';
import { notify } from './notices.js';
import { DAY, HOUR, MINUTE } from './world.js';

/** Chapter four: what the company does about a promise that it won't keep. */

/** How the company deals with a delay: gives a new date, takes the date back, or says nothing in its records. */
interface Manner {
  readonly share: number;
  readonly kind: 'new_date' | 'no_date' | 'silent';
}
const MANNERS: readonly [Manner, ...Manner[]] = [
  { share: 50, kind: 'new_date' },
  { share: 12, kind: 'no_date' },
  { share: 38, kind: 'silent' },
];

const change = (draft: Draft, at: number, due: number | null): void => {
  draft.promises.push({ at, due });
  const fields = { initiatedBy: 'company', reason: 'delayed' };
  if (due === null) tell(draft, 'delivery.rescheduled', at, { ...fields, newDeliveryAt: null });
  else if (draft.random.chance(0.2)) tell(draft, 'order.amended', at, { initiatedBy: 'company', promisedDeliveryAt: promiseText(draft, due) });
  else tell(draft, 'delivery.rescheduled', at, { ...fields, newDeliveryAt: promiseText(draft, due) });
};

/** Most are told at once, some when the day has passed, some never. */
const tellChange = (draft: Draft, at: number, oldDue: number): void => {
  const manner = draft.random.next();
  if (manner < 0.75) notify(draft, draft.random.pick(['delay', 'reschedule']), at + draft.random.between(1, 40) * MINUTE, true);
  else if (manner < 0.83) notify(draft, 'delay', Math.max(at, oldDue) + draft.random.between(1, 20) * HOUR, true);
  else hurt(draft, 1, Math.max(at, oldDue));
};

const giveNewDate = (draft: Draft, at: number, oldDue: number, arrivesAt: number): void => {
  const { random } = draft;
  const kept = random.chance(0.75);
  const newDue = kept ? arrivesAt + random.between(1, 14) * HOUR : Math.max(at + 2 * HOUR, arrivesAt - random.between(5, 30) * HOUR);
  change(draft, at, newDue);
  tellChange(draft, at, oldDue);
  if (kept || newDue >= arrivesAt) return;
  hurt(draft, 1.5, newDue);
  if (!random.chance(0.6)) return;
  const again = random.between(at, newDue + (arrivesAt - newDue) / 2);
  change(draft, again, arrivesAt + random.between(1, 12) * HOUR);
  tellChange(draft, again, newDue);
};

const takeDateBack = (draft: Draft, at: number, oldDue: number, arrivesAt: number): void => {
  const { random } = draft;
  change(draft, at, null);
  hurt(draft, 1, at);
  if (random.chance(0.6)) notify(draft, 'delay', at + 20 * MINUTE, false);
  if (!random.chance(0.7)) return;
  const datedAt = random.between(at, Math.max(at + HOUR, arrivesAt - HOUR));
  change(draft, datedAt, arrivesAt + random.between(1, 14) * HOUR);
  tellChange(draft, datedAt, oldDue);
};

const keepSilent = (draft: Draft, knownAt: number, due: number): void => {
  const manner = draft.random.next();
  if (manner < 0.25) notify(draft, 'delay', draft.random.between(knownAt, due), false);
  else if (manner < 0.45) notify(draft, 'delay', due + draft.random.between(1, 30) * HOUR, false);
  else hurt(draft, 1, due);
};

/** A change that nobody needed: another route, a day later, well before the day. */
const planAnew = (draft: Draft, leavesAt: number, due: number, arrivesAt: number): void => {
  if (!draft.random.chance(0.006)) return;
  const at = draft.placedAt + (leavesAt - draft.placedAt) * draft.random.next();
  change(draft, at, Math.max(due, arrivesAt) + DAY);
  tellChange(draft, at, due);
};

/**
 * Compares the way of the goods with the promise and acts as such companies do. `arrivesAt` null: nobody knows, and
 * a date given now is a guess.
 */
export const revise = (draft: Draft, leavesAt: number, arrivesAt: number | null): void => {
  const due = promiseAt(draft, leavesAt) ?? promiseAt(draft, draft.changedAt);
  if (due === null || draft.cancelled) return;
  const day = draft.dateOnly ? 4 * HOUR : 0;
  if (arrivesAt !== null && arrivesAt <= due + day) {
    planAnew(draft, leavesAt, due, arrivesAt);
    return;
  }
  const expected = arrivesAt ?? due + draft.random.between(2, 5) * DAY;
  hurt(draft, Math.min(3, 1 + (expected - due) / DAY), due);
  const from = draft.changedAt + (leavesAt - draft.changedAt) / 2;
  const knownAt = from < due ? from + (due - from) * draft.random.next() : due + draft.random.between(0.5, 6) * HOUR;
  const manner = draft.random.weighted(MANNERS).kind;
  if (manner === 'new_date') giveNewDate(draft, knownAt, due, expected);
  else if (manner === 'no_date') takeDateBack(draft, knownAt, due, expected);
  else keepSilent(draft, Math.min(knownAt, due), due);
};
