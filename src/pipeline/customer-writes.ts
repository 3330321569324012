import { customerIn } from '../core/index-keys.js';
import type { LiveOrder } from './live-order.js';
import type { CustomerWrite } from './ports.js';

/** What changes of what the order tells of its customer. @param before its index entries, which say whose it was */
export function customerWrites(order: LiveOrder, before: readonly string[]): CustomerWrite[] {
  const { told } = order;
  if (told === undefined) return customerLeft(order, before);
  const former = customerIn(before);
  return [...(former !== null && former !== told?.customerId ? [{ customerId: former, told: null }] : []), ...(told === null ? [] : [told])];
}

/** An order that wasn't measured tells what it told before, but not of a customer whose it is no longer. */
function customerLeft(order: LiveOrder, before: readonly string[]): CustomerWrite[] {
  const former = customerIn(before);
  if (former === null || former === order.customerId) return [];
  return [{ customerId: former, told: null }];
}
