/** Orders that differ in nothing but what is asked for, so that a benchmark can change one thing at a time. */
export interface Orders {
  /** Begins their ids. */
  readonly name: string;
  readonly count: number;
  /** Of each order. */
  readonly facts: number;
  /** Of each order. */
  readonly lines: number;
  /** The share of them whose payment fails, which is at once told of. Default: none. */
  readonly failing?: number;
}

/** Which of their events: from the fact of number `from` (0: the order is placed) to before `to`, of these orders. Default: all of all. */
export interface Part {
  readonly from?: number;
  readonly to?: number;
  readonly of?: readonly number[];
}

interface Event {
  readonly type: string;
  readonly fields: object;
}

const DAY_MS = 86_400_000;
/** They happened this long ago: not long enough to be history. */
const AGO_MS = DAY_MS / 4;
/** Nothing falls due while a benchmark runs. */
const AHEAD_MS = 60 * DAY_MS;
const AMOUNT = 1_000;
const CUSTOMERS = 50_000;

const now = Date.now();
const promise = new Date(now + AHEAD_MS).toISOString();
let clock = now - AGO_MS;

/** Goes round: the same fact of every order, then the next one. Each event happened a millisecond after the one before, whoever asked for that. */
export function* eventsOf(orders: Orders, { from = 0, to = orders.facts, of }: Part = {}): Generator<object> {
  const chosen = of ?? Array.from({ length: orders.count }, (_, order) => order);
  for (let fact = from; fact < to; fact += 1) {
    for (const order of chosen) {
      const { type, fields } = eventOf(orders, order, fact);
      clock += 1;
      yield {
        id: uuid(order, fact), type, orderId: `${orders.name}-${order}`, occurredAt: new Date(clock).toISOString(), customerId: `c-${order % CUSTOMERS}`,
        place: { carrier: `carrier-${order % 5}`, location: `hub-${order % 90}` }, ...fields,
      };
    }
  }
}

function eventOf({ facts, lines, failing = 0 }: Orders, order: number, fact: number): Event {
  if (fact === 0) {
    const ordered = Array.from({ length: lines }, (_, line) => ({ lineId: `l${line}`, sku: `sku-${(order + line) % 5_000}`, quantity: facts }));
    return { type: 'order.placed', fields: { lines: ordered, promisedDeliveryAt: promise, totalMinor: AMOUNT * facts, currency: 'EUR' } };
  }
  if (fact === 1) return notice(fact, 'order_confirmation');
  if (fact === 2 && (order % 100) < failing * 100) return { type: 'payment.failed', fields: { paymentId: `p-${fact}`, amountMinor: AMOUNT } };
  return partOf(fact, lines);
}

/** A large order comes in many parts: each is sent, told of, delivered, billed and paid. */
function partOf(fact: number, lines: number): Event {
  const part = Math.floor(fact / 5);
  const content = [{ lineId: `l${part % lines}`, quantity: 1 }];
  switch (fact % 5) {
    case 0: return { type: 'invoice.issued', fields: { invoiceId: `i-${part}`, totalMinor: AMOUNT, currency: 'EUR' } };
    case 1: return { type: 'payment.captured', fields: { paymentId: `p-${fact}`, amountMinor: AMOUNT } };
    case 2: return { type: 'shipment.dispatched', fields: { shipmentId: `s-${part}`, lines: content } };
    case 3: return notice(fact, 'dispatched');
    default: return { type: 'delivery.completed', fields: { shipmentId: `s-${part}`, final: false, lines: content.map((line) => ({ ...line, sku: 'any' })) } };
  }
}

const notice = (fact: number, about: string): Event => ({ type: 'notification.sent', fields: { notificationId: `n-${fact}`, channel: 'email', about, statedDeliveryAt: promise } });

/** As most systems number their events; the same ones on every run. */
function uuid(order: number, fact: number): string {
  const hex = (order * 7_919 + fact * 104_729 + 1).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-4${fact.toString(16).padStart(3, '0').slice(-3)}-9c1d-${order.toString(16).padStart(12, '0')}`;
}
