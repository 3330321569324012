import { PLACE_KEYS, type Place, type PlaceKey } from '../../contracts/names.js';
import { SOURCE_EVENT_TYPES } from '../../contracts/source-types.js';
import type { Fact, FactBodies, SourceType } from '../fact.js';

/** What the facts of an order may say besides their types and places. */
const SAYINGS = [
  'placed', 'cancelled', 'delivered',
  /** Any date was promised, by whatever event. */
  'promise',
  'dispatchBy', 'orderedLines', 'total',
  /** Each delivery says what it held, or the shipment does that it names. */
  'deliveredLines',
  'substitute', 'invoiceLines',
  /** A date was moved or taken back after it had been promised. */
  'dateChange',
  'statedDate', 'expedited',
  /** A promised date passed without the delivery, or it was delivered after it. */
  'late',
] as const;
type Saying = (typeof SAYINGS)[number];

/** Anything that an order may tell. */
export type Telling = SourceType | Saying | PlaceKey;

const bitsOf = <T extends string>(names: readonly T[]): ReadonlyMap<T, number> => new Map(names.map((name, i) => [name, 2 ** i]));
const TYPE_BITS = bitsOf<SourceType>(SOURCE_EVENT_TYPES);
const OTHER_BITS = bitsOf<Saying | PlaceKey>([...SAYINGS, ...PLACE_KEYS]);
const TYPES_END = 2 ** SOURCE_EVENT_TYPES.length;

/**
 * What the facts of one order tell at all, whatever they say: a whole number, with a bit for each thing. Orders that tell the
 * same have the same, and there are far fewer such numbers than orders.
 */
export type OrderTold = number;

export function tells(told: OrderTold, telling: Telling): boolean {
  const bit = TYPE_BITS.get(telling as SourceType);
  return bit === undefined
    ? (Math.floor(told / TYPES_END) & (OTHER_BITS.get(telling as Saying | PlaceKey) ?? 0)) !== 0
    : ((told % TYPES_END) & bit) !== 0;
}

export const tellsAny = (told: OrderTold, tellings: readonly Telling[]): boolean => tellings.some((telling) => tells(told, telling));

/** Collects what is told. */
interface Draft {
  types: number;
  others: number;
  /** A delivery, or an invoice, doesn't say what it is of. */
  vagueDelivery: boolean;
  vagueInvoice: boolean;
}

const has = (draft: Draft, saying: Saying): boolean => (draft.others & (OTHER_BITS.get(saying) ?? 0)) !== 0;
function note(draft: Draft, saying: Saying | PlaceKey, isSo: boolean): void {
  if (isSo) draft.others |= OTHER_BITS.get(saying) ?? 0;
}

/**
 * Reads an order's facts, in their places.
 * @param place the place that they name
 */
export function toldBy(facts: readonly Fact[], place: Place, late: boolean): OrderTold {
  const draft: Draft = { types: 0, others: 0, vagueDelivery: false, vagueInvoice: false };
  for (const fact of facts) {
    draft.types |= TYPE_BITS.get(fact.type) ?? 0;
    read(draft, fact, facts);
  }
  note(draft, 'deliveredLines', has(draft, 'delivered') && !draft.vagueDelivery);
  note(draft, 'invoiceLines', (draft.types & (TYPE_BITS.get('invoice.issued') ?? 0)) !== 0 && !draft.vagueInvoice);
  note(draft, 'late', late);
  for (const key of PLACE_KEYS) note(draft, key, place[key] !== undefined);
  return draft.others * TYPES_END + draft.types;
}

function read(draft: Draft, fact: Fact, facts: readonly Fact[]): void {
  switch (fact.type) {
    case 'order.placed': return readPlaced(draft, fact.body);
    case 'order.amended':
      note(draft, 'promise', fact.body.promisedDelivery !== null);
      note(draft, 'dateChange', fact.body.promisedDelivery !== null);
      note(draft, 'orderedLines', (fact.body.lines ?? []).length > 0);
      return;
    case 'order.cancelled': return note(draft, 'cancelled', !has(draft, 'delivered'));
    case 'delivery.rescheduled':
      note(draft, 'dateChange', true);
      return note(draft, 'promise', fact.body.newDelivery !== null);
    case 'shipment.dispatched': return note(draft, 'expedited', fact.body.expedited);
    case 'delivery.completed': return readDelivery(draft, fact.body, facts);
    case 'invoice.issued':
      draft.vagueInvoice ||= fact.body.lines === null;
      return;
    case 'notification.sent': return note(draft, 'statedDate', fact.body.statedDelivery !== null);
    default:
  }
}

function readPlaced(draft: Draft, { promisedDelivery, dispatchBy, lines, totalMinor }: FactBodies['order.placed']): void {
  note(draft, 'placed', true);
  note(draft, 'promise', promisedDelivery !== null);
  note(draft, 'dispatchBy', dispatchBy !== null);
  note(draft, 'orderedLines', lines.length > 0);
  note(draft, 'total', totalMinor !== null);
}

function readDelivery(draft: Draft, { final, lines, shipmentId }: FactBodies['delivery.completed'], facts: readonly Fact[]): void {
  note(draft, 'delivered', final && !has(draft, 'cancelled'));
  draft.vagueDelivery ||= lines === null && (shipmentId === null || !isPacked(shipmentId, facts));
  note(draft, 'substitute', (lines ?? []).some(({ substituteFor }) => substituteFor !== null));
}

/** Whenever it was dispatched, a shipment may say what a delivery held (rulings 37). */
const isPacked = (shipmentId: string, facts: readonly Fact[]): boolean =>
  facts.some((fact) => fact.type === 'shipment.dispatched' && fact.body.shipmentId === shipmentId && fact.body.lines !== null);
