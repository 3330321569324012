import { hurt, tell, type Draft, type DraftLine } from './draft.js';
import type { Journey, Parcel } from './journey.js';
import { notify } from './notices.js';
import { DAY, HOUR, MINUTE } from './world.js';

/** Chapter five: the hand-over, and what was in the box. */

interface DeliveredLine {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly substituteFor?: string;
  readonly substitutionApproved?: boolean;
}

const NOT_SAID = 0.3;

const asOrdered = ({ lineId, product, quantity }: DraftLine): DeliveredLine => ({ lineId, sku: product.sku, quantity });

const round = (quantity: number): number => Math.round(quantity * 1000) / 1000;

/** One line picked wrongly: too little, something else, or too much. */
const mispick = (draft: Draft, line: DraftLine, at: number): DeliveredLine[] => {
  const { random } = draft;
  const manner = random.next();
  if (manner < 0.5) {
    const arrived = line.quantity > 1 ? round(line.quantity * random.pick([0.5, 0.75])) : 0;
    draft.missing = [...draft.missing, { ...line, quantity: round(line.quantity - arrived) }];
    hurt(draft, 1.5, at);
    return arrived > 0 ? [{ ...asOrdered(line), quantity: arrived }] : [];
  }
  if (manner < 0.85) {
    const approved = random.chance(0.45);
    if (!approved) hurt(draft, 1.5, at);
    const said = approved || random.chance(0.5) ? { substitutionApproved: approved } : {};
    return [{ lineId: `${line.lineId}-sub`, sku: line.product.substitute, quantity: line.quantity, substituteFor: line.lineId, ...said }];
  }
  return [{ ...asOrdered(line), quantity: round(line.quantity + (line.product.weighed ? 0.5 : 1)) }];
};

const handOver = (draft: Draft, parcel: Parcel, at: number, final: boolean, wrong: boolean): void => {
  const { random } = draft;
  const [first, ...rest] = parcel.lines;
  const place = { carrier: draft.carrier.carrier, region: draft.region };
  const flag = final ? {} : { final: false };
  if (wrong && first !== undefined) {
    const lines = [...mispick(draft, first, at), ...rest.map(asOrdered)];
    tell(draft, 'delivery.completed', at, { shipmentId: parcel.shipmentId, lines, ...flag }, place);
    if (lines.some((line) => line.substituteFor !== undefined) && random.chance(0.6)) notify(draft, 'substitution', at - 2 * HOUR, false);
    return;
  }
  const lines = random.chance(NOT_SAID) ? undefined : parcel.lines.map(asOrdered);
  tell(draft, 'delivery.completed', at, { shipmentId: parcel.shipmentId, lines, ...flag }, place);
};

/** What was missing mostly follows, unless it is refunded (see billing). */
const makeUp = (draft: Draft, at: number): void => {
  if (draft.missing.length === 0 || !draft.random.chance(0.45)) return;
  const lines = draft.missing.map(asOrdered);
  const leavesAt = at + draft.random.between(0.5, 2) * DAY;
  tell(draft, 'shipment.dispatched', leavesAt, { shipmentId: `${draft.orderId}-m1`, expedited: true }, { location: draft.warehouse.location });
  tell(draft, 'delivery.completed', leavesAt + draft.random.between(0.6, 2) * DAY, { shipmentId: `${draft.orderId}-m1`, lines }, {
    carrier: draft.carrier.carrier,
  });
  draft.missing = [];
};

/** Hands the parcels over, the last one as the final delivery. */
export const deliver = (draft: Draft, journey: Journey): void => {
  const at = journey.arrivesAt;
  if (at === null) return;
  const wrong = draft.random.chance(draft.warehouse.mispick * (journey.hurried ? 12 : 1));
  journey.parcels.forEach((parcel, index) => {
    const last = index === journey.parcels.length - 1;
    const handedAt = last ? at : Math.max(journey.leavesAt + 3 * HOUR, at - draft.random.between(4, 20) * HOUR);
    handOver(draft, parcel, Math.min(handedAt, at - (last ? 0 : MINUTE)), last, wrong && last);
  });
  draft.endedAt = at;
  if (draft.random.chance(0.85)) notify(draft, 'delivered', at + draft.random.between(1, 10) * MINUTE, false);
  makeUp(draft, at);
};
