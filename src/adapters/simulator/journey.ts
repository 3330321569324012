import { hurt, promiseAt, quantities, tell, type Draft, type DraftLine } from './draft.js';
import { cancelByCompany } from './minds.js';
import { notify } from './notices.js';
import { atWork, DAY, HOUR, MINUTE } from './world.js';

/** Chapter three: the goods leave, travel, and reach the door or not. */

export interface Parcel {
  readonly shipmentId: string;
  readonly lines: readonly DraftLine[];
}

export interface Journey {
  readonly parcels: readonly [Parcel, ...Parcel[]];
  readonly leavesAt: number;
  /** When the last parcel is handed over; null when it never is. */
  readonly arrivesAt: number | null;
  /** The house was in trouble: whoever picks in a hurry picks wrongly. */
  readonly hurried: boolean;
}

const SPLIT = 0.07;
const LINES_NOT_SAID = 0.02;
const EXPEDITED = 0.08;

const pickedAt = (draft: Draft): { at: number; hurried: boolean } => {
  const { random, warehouse } = draft;
  const due = promiseAt(draft, draft.changedAt);
  const time = due === null ? 30 * HOUR : Math.min(due - draft.changedAt, 40 * HOUR);
  let at = atWork(draft.changedAt + Math.max(HOUR, time * random.between(0.1, 0.45)), 5, 22, random);
  const slow = random.chance(warehouse.slow);
  if (slow) at += random.between(24, 80) * HOUR;
  let down = false;
  for (const trouble of draft.troubles.at(at)) {
    if (trouble.kind === 'warehouse_down' && trouble.location === warehouse.location) {
      at = trouble.until + random.between(1, 18) * HOUR;
      down = true;
    }
  }
  return { at, hurried: slow || down };
};

const pack = (draft: Draft): [Parcel, ...Parcel[]] => {
  const [first, ...rest] = draft.lines;
  const whole: Parcel = { shipmentId: `${draft.orderId}-s1`, lines: draft.lines };
  if (first === undefined || rest.length === 0 || !draft.random.chance(SPLIT)) return [whole];
  return [{ ...whole, lines: [first] }, { shipmentId: `${draft.orderId}-s2`, lines: rest }];
};

const dispatch = (draft: Draft, parcel: Parcel, at: number, expedited: boolean): void => {
  const { random, warehouse, carrier } = draft;
  const shift = random.pick(['early', 'late', 'night']);
  tell(draft, 'shipment.dispatched', at, {
    shipmentId: parcel.shipmentId,
    expedited: expedited ? true : undefined,
    lines: random.chance(LINES_NOT_SAID) ? undefined : quantities(parcel.lines),
  }, { location: warehouse.location, team: warehouse.team, shift, carrier: carrier.carrier, region: draft.region });
};

/** When the parcel should reach the door, given what is wrong on the road. */
const travel = (draft: Draft, leavesAt: number): number => {
  const { random, carrier } = draft;
  const due = promiseAt(draft, leavesAt) ?? leavesAt + 3 * DAY;
  const soonest = leavesAt + random.between(5, 12) * HOUR;
  const planned = Math.max(soonest, due - random.between(1, 12) * HOUR - random.between(0, 0.5) * Math.max(0, due - leavesAt));
  let at = planned < due ? planned : soonest;
  // Most are hours late, a few are days late.
  if (random.chance(carrier.late)) at = Math.max(at, due) + (0.1 + 4 * random.next() ** 2) * DAY;
  for (const trouble of draft.troubles.at(at)) {
    const hit = (trouble.kind === 'carrier_down' && trouble.carrier === carrier.carrier)
      || (trouble.kind === 'storm' && trouble.region === draft.region);
    if (hit) at = trouble.until + random.between(2, 30) * HOUR;
  }
  return atWork(at, 8, 21, random);
};

const logisticsPlace = (draft: Draft): { carrier: string; region: string } => ({ carrier: draft.carrier.carrier, region: draft.region });

const replacement = (draft: Draft, at: number): number => {
  const leavesAt = at + draft.random.between(0.5, 1.5) * DAY;
  dispatch(draft, { shipmentId: `${draft.orderId}-r1`, lines: draft.lines }, leavesAt, true);
  return leavesAt + draft.random.between(0.7, 2) * DAY;
};

const loseParcel = (draft: Draft, parcel: Parcel, at: number): number | null => {
  tell(draft, 'delivery.exception', at, { code: 'lost', shipmentId: parcel.shipmentId }, logisticsPlace(draft));
  hurt(draft, 3, at);
  const next = draft.random.next();
  if (next < 0.6) return replacement(draft, at);
  if (next < 0.85) cancelByCompany(draft, at + draft.random.between(1, 3) * DAY, 'lost on the way');
  return null;
};

const damageParcel = (draft: Draft, parcel: Parcel, at: number): number => {
  tell(draft, 'delivery.exception', at, {
    code: 'damaged', shipmentId: parcel.shipmentId, lines: draft.random.chance(0.5) ? quantities(parcel.lines) : undefined,
  }, logisticsPlace(draft));
  hurt(draft, 2, at);
  return draft.random.chance(0.6) ? replacement(draft, at) : at + draft.random.between(1, 6) * HOUR;
};

/** What happens at the door; returns when the goods are handed over, null when they never are. */
const knock = (draft: Draft, parcel: Parcel, at: number): number | null => {
  const { random, carrier } = draft;
  if (random.chance(carrier.lost)) return loseParcel(draft, parcel, at);
  if (random.chance(carrier.damaged)) return damageParcel(draft, parcel, at);
  if (!random.chance(carrier.missed)) return at;
  tell(draft, 'delivery.attempt_failed', at, { shipmentId: parcel.shipmentId, reason: 'nobody met' }, logisticsPlace(draft));
  hurt(draft, 0.5, at);
  return atWork(at + random.between(14, 26) * HOUR, 8, 20, random);
};

/** Tells the dispatches and whatever goes wrong up to the door; the hand-over itself is another chapter. */
export const send = (draft: Draft): Journey => {
  const { at: leavesAt, hurried } = pickedAt(draft);
  const parcels = pack(draft);
  const expedited = draft.random.chance(EXPEDITED);
  parcels.forEach((parcel, index) => dispatch(draft, parcel, leavesAt + index * 3 * HOUR, expedited));
  draft.dispatchedAt = leavesAt;
  const arrivesAt = knock(draft, parcels[0], travel(draft, leavesAt + (parcels.length - 1) * 3 * HOUR));
  return { parcels, leavesAt, arrivesAt, hurried };
};

/** The customer hears that the parcel is on its way; told once all changes of the promise are known. */
export const tellDispatched = (draft: Draft, journey: Journey): void => {
  if (draft.random.chance(0.9)) notify(draft, 'dispatched', journey.leavesAt + 5 * MINUTE, draft.random.chance(0.6));
};
