/** Source events of orders that need a person, as lines of NDJSON. */

const MINUTE = 60_000;

type Event = Readonly<Record<string, unknown>>;

const lines = (events: readonly Event[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

const placed = (orderId: string, at: number, promisedDeliveryAt: number): Event => ({
  id: `${orderId}-placed`, type: 'order.placed', orderId, customerId: `customer-of-${orderId}`, occurredAt: new Date(at).toISOString(),
  lines: [{ lineId: '1', sku: 's', quantity: 1 }], promisedDeliveryAt: new Date(promisedDeliveryAt).toISOString(), place: { carrier: 'north-post' },
});

const each = (name: string, count: number, eventsOf: (orderId: string) => readonly Event[]): string =>
  lines(Array.from({ length: count }, (_, n) => eventsOf(`${name}-${n}`)).flat());

const sent = (orderId: string, now: number): Event => placed(orderId, now - 60 * MINUTE, now + 10 * 24 * 60 * MINUTE);
const lost = (orderId: string, now: number): Event => ({ id: `${orderId}-lost`, type: 'delivery.exception', orderId, occurredAt: new Date(now - 5 * MINUTE).toISOString(), code: 'lost' });

/** Parcels that a carrier lost just now: one alert each, for good. @param now ms since the epoch */
export const lostParcels = (name: string, count: number, now: number): string => each(name, count, (orderId) => [sent(orderId, now), lost(orderId, now)]);

/** The same parcels before they are lost, for where an alert is to name their carrier: it is raised with whatever came first. */
export const sentParcels = (name: string, count: number, now: number): string => each(name, count, (orderId) => [sent(orderId, now)]);
/** Their loss alone. */
export const losses = (name: string, count: number, now: number): string => each(name, count, (orderId) => [lost(orderId, now)]);

/** Parcels that are late as was told, and not there yet: one alert each, which ends with their delivery. */
export const lateParcels = (name: string, count: number, now: number): string => each(name, count, (orderId) => [
  placed(orderId, now - 240 * MINUTE, now - 60 * MINUTE),
  {
    id: `${orderId}-told`, type: 'notification.sent', orderId, occurredAt: new Date(now - 120 * MINUTE).toISOString(),
    notificationId: `${orderId}-told`, channel: 'email', about: 'delay',
  },
]);

/** They arrive. */
export const arrivals = (name: string, count: number, now: number): string => each(name, count, (orderId) => [
  { id: `${orderId}-there`, type: 'delivery.completed', orderId, occurredAt: new Date(now).toISOString(), lines: [{ lineId: '1', sku: 's', quantity: 1 }] },
]);
