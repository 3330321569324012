import type { Place } from '../../contracts/names.js';
import type { CustomerOrder } from './customers.js';
import { placeInList, placeValues } from './packed-place.js';

/**
 * What an order tells of its customer, and under which place, as text: a list of the customer, when the order was placed, from then on the ms
 * to the other instants, and the values of the place keys; null for what there is none of, and what is last is left out.
 */
export function packCustomerOrder({ customerId, placed, dispatched, delivered, promised, invoiced, hurtAt }: CustomerOrder, place: Place): string {
  const since = (at: number | null): number | null => (at === null ? null : at - placed);
  const list = [customerId, placed, since(dispatched), since(delivered), since(promised), since(invoiced), since(hurtAt), ...placeValues(place)];
  while (list.at(-1) === null) list.pop();
  return JSON.stringify(list);
}

type Packed = [customerId: string, placed: number, ...since: (number | null)[]];
/** Before the values of the place. */
const FIELDS = 7;

export function unpackCustomerOrder(text: string): { readonly order: CustomerOrder; readonly place: Place } {
  const list = JSON.parse(text) as Packed;
  const [customerId, placed] = list;
  const at = (index: number): number | null => {
    const since = list[index];
    return since == null ? null : placed + (since as number);
  };
  return { order: { customerId, placed, dispatched: at(2), delivered: at(3), promised: at(4), invoiced: at(5), hurtAt: at(6) }, place: placeInList(list, FIELDS) };
}
