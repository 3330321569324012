import { nameUuid } from './name-uuid.js';

/** The id of an order's alert, the same from raised to resolved. @param episode from 1: how many alerts the order has had with it */
export const alertIdOf = (orderId: string, episode: number): string => nameUuid(JSON.stringify(['alert.id', orderId, episode, 0]));

/** The index entry under which the order stands that has this alert, while it is open. */
export const alertIndex = (alertId: string): string => `alert:${alertId}`;
