import { PLACE_KEYS, type PlaceKey } from '../../contracts/names.js';
import type { Fact, FactBodies, SourceType } from '../fact.js';

/** What the facts of one order say at all, whatever they say. */
export interface OrderTold {
  readonly types: ReadonlySet<SourceType>;
  readonly placed: boolean;
  readonly cancelled: boolean;
  readonly delivered: boolean;
  /** Any date was promised, by whatever event. */
  readonly promise: boolean;
  readonly dispatchBy: boolean;
  readonly orderedLines: boolean;
  readonly total: boolean;
  /** Each delivery says what it held, or the shipment does that it names. */
  readonly deliveredLines: boolean;
  readonly substitute: boolean;
  readonly invoiceLines: boolean;
  /** A date was moved or taken back after it had been promised. */
  readonly dateChange: boolean;
  readonly statedDate: boolean;
  readonly expedited: boolean;
  readonly metrics: ReadonlySet<'nps' | 'csat' | 'ces'>;
  readonly places: ReadonlySet<PlaceKey>;
}

type Draft = { -readonly [K in keyof OrderTold]: OrderTold[K] } & { readonly types: Set<SourceType>; readonly metrics: Set<'nps' | 'csat' | 'ces'>; readonly places: Set<PlaceKey> };

/** Reads an order's facts, in their places. */
export function toldBy(facts: readonly Fact[]): OrderTold {
  const told: Draft = {
    types: new Set(), placed: false, cancelled: false, delivered: false, promise: false, dispatchBy: false, orderedLines: false, total: false,
    deliveredLines: true, substitute: false, invoiceLines: true, dateChange: false, statedDate: false, expedited: false, metrics: new Set(), places: new Set(),
  };
  const packed = shipmentsWithLines(facts);
  for (const fact of facts) {
    told.types.add(fact.type);
    if (fact.place !== null) for (const key of PLACE_KEYS) if (fact.place[key] !== undefined && fact.place[key] !== '') told.places.add(key);
    read(told, fact, packed);
  }
  if (!told.delivered) told.deliveredLines = false;
  if (!told.types.has('invoice.issued')) told.invoiceLines = false;
  return told;
}

/** Whenever it was dispatched, a shipment may say what a delivery held (rulings 37). */
function shipmentsWithLines(facts: readonly Fact[]): ReadonlySet<string> {
  return new Set(facts.flatMap((fact) => (fact.type === 'shipment.dispatched' && fact.body.lines !== null ? [fact.body.shipmentId] : [])));
}

function read(told: Draft, fact: Fact, packed: ReadonlySet<string>): void {
  switch (fact.type) {
    case 'order.placed': return readPlaced(told, fact.body);
    case 'order.amended':
      if (fact.body.promisedDelivery !== null) told.promise = told.dateChange = true;
      if ((fact.body.lines ?? []).length > 0) told.orderedLines = true;
      return;
    case 'order.cancelled':
      told.cancelled ||= !told.delivered;
      return;
    case 'delivery.rescheduled':
      told.dateChange = true;
      told.promise ||= fact.body.newDelivery !== null;
      return;
    case 'shipment.dispatched':
      told.expedited ||= fact.body.expedited;
      return;
    case 'delivery.completed': return readDelivery(told, fact.body, packed);
    case 'invoice.issued':
      told.invoiceLines &&= fact.body.lines !== null;
      return;
    case 'notification.sent':
      told.statedDate ||= fact.body.statedDelivery !== null;
      return;
    case 'feedback.received':
      told.metrics.add(fact.body.metric);
      return;
    default:
  }
}

function readPlaced(told: Draft, { promisedDelivery, dispatchBy, lines, totalMinor }: FactBodies['order.placed']): void {
  told.placed = true;
  told.promise ||= promisedDelivery !== null;
  told.dispatchBy ||= dispatchBy !== null;
  told.orderedLines ||= lines.length > 0;
  told.total ||= totalMinor !== null;
}

function readDelivery(told: Draft, { final, lines, shipmentId }: FactBodies['delivery.completed'], packed: ReadonlySet<string>): void {
  told.delivered ||= final && !told.cancelled;
  told.deliveredLines &&= lines !== null || (shipmentId !== null && packed.has(shipmentId));
  told.substitute ||= (lines ?? []).some(({ substituteFor }) => substituteFor !== null);
}
