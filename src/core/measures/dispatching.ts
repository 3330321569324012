import { rate, type MeasureFamily } from './family.js';

/**
 * Of dispatched orders that weren't cancelled, counted at the first dispatch (rulings 78):
 * - `on_time_dispatch_rate`: first dispatch at or before `dispatchBy` / those that have one.
 * - `expedited_rate`: any dispatch expedited / all of them. A high rate says that promises are kept by paying for haste.
 */
export const dispatching: MeasureFamily = {
  count({ order, placed, cancelled }, add) {
    const { dispatches, days } = order.history;
    const [first] = dispatches;
    if (cancelled !== null || first === undefined) return;
    add('dispatched', first.at);
    if (dispatches.some(({ body }) => body.expedited)) add('dispatched.expedited', first.at);
    const by = placed.body.dispatchBy;
    if (by === null) return;
    add('dispatch_by', first.at);
    if (first.at <= (by.instant ?? days.endOf(by.text))) add('dispatch_by.on_time', first.at);
  },

  rows: (sums) => [
    rate('on_time_dispatch_rate', sums.get('dispatch_by.on_time'), sums.get('dispatch_by')),
    rate('expedited_rate', sums.get('dispatched.expedited'), sums.get('dispatched')),
  ],
};
