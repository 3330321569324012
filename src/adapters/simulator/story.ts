import { aftermath } from './aftermath.js';
import { bill } from './billing.js';
import { deliver } from './delivery.js';
import type { PlannedEvent } from './draft.js';
import { send, tellDispatched } from './journey.js';
import { thinkAgain } from './minds.js';
import { payAtOnce } from './payment.js';
import { placeOrder, type Setting } from './placing.js';
import type { Random } from './random.js';
import { revise } from './revisions.js';

/** Chance that nobody ever picks an order. */
const FORGOTTEN = 0.0015;

/** The whole story of one order, told when it is placed; events are in no particular order. */
export const tellStory = (setting: Setting, random: Random, orderId: string, placedAt: number): readonly PlannedEvent[] => {
  const draft = placeOrder(setting, random, orderId, placedAt);
  payAtOnce(draft);
  if (!draft.cancelled) thinkAgain(draft);
  const forgotten = !draft.cancelled && random.chance(FORGOTTEN);
  if (forgotten) revise(draft, draft.changedAt, null);
  else if (!draft.cancelled) {
    const journey = send(draft);
    revise(draft, journey.leavesAt, journey.arrivesAt);
    tellDispatched(draft, journey);
    deliver(draft, journey);
  }
  bill(draft);
  aftermath(draft);
  return draft.events;
};
