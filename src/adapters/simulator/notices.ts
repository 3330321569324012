import type { NotificationAbout } from '../../core/fact.js';
import { hurt, promiseAt, promiseText, tell, type Draft } from './draft.js';
import { HOUR, MINUTE } from './world.js';

const CHANNELS_OF_NOTICES: readonly [string, ...string[]] = ['email', 'email', 'sms', 'app'];

const WRONG_DATE = 0.01;
const FAILED = 0.012;

const mailerIsDown = (draft: Draft, at: number): boolean =>
  draft.troubles.at(at).some((trouble) => trouble.kind === 'incident' && trouble.system === 'mailer');

const statement = (draft: Draft, at: number): string | undefined => {
  const due = promiseAt(draft, at);
  if (due === null) return undefined;
  if (!draft.random.chance(WRONG_DATE)) return promiseText(draft, due);
  hurt(draft, 0.5, at);
  return draft.calendar.wrongPromise(due, draft.random.pick([-2, 2, 3, 5]));
};

/**
 * Tells the customer something, stating the promise then in force when asked to. Now and then it states another date,
 * fails, or fails and is sent again. Returns when it got through; null when it never did.
 */
export const notify = (draft: Draft, about: NotificationAbout, at: number, stating: boolean): number | null => {
  const { random } = draft;
  const channel = random.pick(CHANNELS_OF_NOTICES);
  const place = { channel, system: 'mailer' };
  const notice = { notificationId: `${draft.orderId}-n${draft.events.length}`, channel, about };
  if (!random.chance(mailerIsDown(draft, at) ? 0.4 : FAILED)) {
    tell(draft, 'notification.sent', at, { ...notice, statedDeliveryAt: stating ? statement(draft, at) : undefined }, place);
    return at;
  }
  tell(draft, 'notification.failed', at, notice, place);
  if (!random.chance(0.7)) return null;
  const again = at + random.between(5 * MINUTE, 3 * HOUR);
  const statedDeliveryAt = stating ? statement(draft, again) : undefined;
  tell(draft, 'notification.sent', again, { ...notice, notificationId: `${notice.notificationId}-again`, statedDeliveryAt }, place);
  return again;
};
