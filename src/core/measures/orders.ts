import type { MeasureFamily } from './family.js';
import { dueOf } from './promise-dates.js';

/**
 * `orders_placed`, `orders_delivered`, `orders_cancelled`: orders by what became of them, each counted when it did (rulings
 * 15, 67). `orders_overdue_open`: not ended, and the time reached is greater than baseline + tolerance; counted when that
 * date passed, none while logistics isn't covered (rulings 69).
 */
export const orders: MeasureFamily = {
  count({ order, placed, delivered, cancelled }, add) {
    add('placed', placed.at);
    if (delivered !== null) add('delivered', delivered.at);
    if (cancelled !== null) add('cancelled', cancelled.at);
    const due = order.history.end === null ? dueOf('baseline', order) : null;
    if (due !== null && order.at > due && order.covered.has('logistics')) add('overdue', due);
  },

  rows: (sums) => [
    { measure: 'orders_placed', value: sums.get('placed'), unit: 'orders' },
    { measure: 'orders_delivered', value: sums.get('delivered'), unit: 'orders' },
    { measure: 'orders_cancelled', value: sums.get('cancelled'), unit: 'orders' },
    { measure: 'orders_overdue_open', value: sums.get('overdue'), unit: 'orders' },
  ],
};
