import type { ContactFact } from '../timeline/history.js';
import { rate, type MeasureFamily } from './family.js';

/**
 * `contact_rate`: orders whose customer opened or reopened a contact / orders placed, cancelled ones too (rulings 78, 98).
 * Both are counted at the placing, so that a window compares the same orders; the youngest ones have hardly had the time.
 */
export const contactRate: MeasureFamily = {
  count({ order, placed }, add) {
    if (byCustomer(order.history.contacts)) add('contacted', placed.at);
  },

  rows: (sums) => [rate('contact_rate', sums.get('contacted'), sums.get('placed'))],
};

/** Whose a contact is, says its first opening or reopening (rulings 98). */
function byCustomer(contacts: readonly ContactFact[]): boolean {
  if (contacts.length === 0) return false;
  const known = new Set<string>();
  for (const { type, body } of contacts) {
    if (type === 'contact.resolved' || known.has(body.contactId)) continue;
    if (body.by === 'customer') return true;
    known.add(body.contactId);
  }
  return false;
}
