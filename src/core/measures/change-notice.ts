import { NOTICE_BUCKETS } from '../../contracts/names.js';
import type { ChangedDate } from '../timeline/changed-dates.js';
import type { MeasureFamily } from './family.js';

/**
 * `change_notice`: promised dates that the company changed or missed, by how long before them the customer heard of it
 * (rulings 47-50, 76). Counted when that was decided: at the notice, or the change if that came later; where no notice came
 * in time, when the date passed.
 */
export const changeNotice: MeasureFamily = {
  count({ order }, add) {
    for (const date of order.changes) if (date.bucket !== null) add('change_notice', decidedAt(date), 1, date.bucket);
  },

  rows(sums) {
    const counts = sums.each('change_notice');
    return NOTICE_BUCKETS.map((bucket) => ({ measure: 'change_notice', value: counts.get(bucket) ?? 0, bucket, unit: 'changes' }));
  },
};

const decidedAt = ({ period, notice, changedAt, opensAt }: ChangedDate): number =>
  notice !== null && notice.at <= period.date ? Math.max(notice.at, changedAt) : opensAt;
