import type { SourceType } from '../../core/fact.js';
import { tell, type Draft } from './draft.js';
import type { Incident } from './trouble.js';
import { DAY, HOUR, MINUTE } from './world.js';

/** Last chapter: what customers say of it, what auditors saw, what the IT log knows. */

const CONTACT_TOPICS: readonly [string, ...string[]] = ['where is my order', 'wrong or missing goods', 'invoice', 'refund', 'damage'];

const contact = (draft: Draft, contactId: string, topic: string, at: number): void => {
  const { random } = draft;
  const channel = random.pick(['phone', 'chat', 'email']);
  const fields = { contactId, channel, topic, customerId: draft.customerId };
  const place = { channel, team: 'service' };
  tell(draft, 'contact.opened', at, fields, place);
  const manner = random.next();
  if (manner < 0.08) return;
  const resolvedAt = at + (manner < 0.2 ? random.between(75, 150) : random.between(0.1, 30)) * HOUR;
  tell(draft, 'contact.resolved', resolvedAt, fields, place);
  if (!random.chance(0.07)) return;
  const reopenedAt = resolvedAt + random.between(2, 60) * HOUR;
  tell(draft, 'contact.reopened', reopenedAt, fields, place);
  if (random.chance(0.8)) tell(draft, 'contact.resolved', reopenedAt + random.between(1, 40) * HOUR, fields, place);
};

/** Whoever was hurt calls; some call again about the same. A few calls come from the company. */
const contacts = (draft: Draft): void => {
  const { random } = draft;
  const topic = random.pick(CONTACT_TOPICS);
  if (random.chance(Math.min(0.75, 0.03 + 0.11 * draft.harm))) {
    const at = Math.max(draft.hurtAt, draft.placedAt + HOUR) + random.between(0.2, 20) * HOUR;
    contact(draft, `${draft.orderId}-c1`, topic, at);
    if (random.chance(0.06 + 0.05 * draft.harm)) contact(draft, `${draft.orderId}-c2`, topic, at + random.between(0.3, 5) * DAY);
  }
  if (random.chance(0.006)) {
    const fields = { contactId: `${draft.orderId}-cc`, channel: 'phone', topic: 'address check', initiatedBy: 'company' };
    const at = draft.placedAt + random.between(1, 8) * HOUR;
    tell(draft, 'contact.opened', at, fields, { team: 'service' });
    tell(draft, 'contact.resolved', at + 10 * MINUTE, { ...fields, initiatedBy: undefined }, { team: 'service' });
  }
};

/** Where between worst (0) and best (1) a customer stands after all this. */
const mood = (draft: Draft): number => {
  // Some are unhappy with what no record shows.
  const moody = draft.random.chance(0.06) ? draft.random.between(0.4, 0.9) : 0;
  return Math.max(0, Math.min(1, draft.random.between(0.78, 1.04) - 0.16 * draft.harm - moody));
};

const feedback = (draft: Draft): void => {
  const { random } = draft;
  if (draft.endedAt === null || !random.chance(Math.min(0.6, 0.2 + 0.06 * draft.harm))) return;
  const at = draft.endedAt + random.between(0.3, 4) * DAY;
  const surveyId = `${draft.orderId}-v1`;
  const felt = mood(draft);
  const about = { touchpoint: random.pick(['delivery', 'checkout', 'service']), task: random.pick(['receive', 'order', 'pay']) };
  const score = (low: number, high: number): number => Math.round(low + felt * (high - low));
  const scale = random.pick(['nps', 'nps', 'csat', 'csat', 'ces', 'effort']);
  const answer = scale === 'nps' ? { metric: 'nps', score: score(0, 10), scaleMin: 0, scaleMax: 10 }
    : scale === 'csat' ? { metric: 'csat', score: score(1, 5), scaleMin: 1, scaleMax: 5, ...about }
      : scale === 'ces' ? { metric: 'ces', score: score(1, 7), scaleMin: 1, scaleMax: 7, higherIsBetter: true, ...about }
        : { metric: 'ces', score: 8 - score(1, 7), scaleMin: 1, scaleMax: 7, higherIsBetter: false, ...about };
  tell(draft, 'feedback.received', at, { surveyId, customerId: draft.customerId, ...answer }, { channel: draft.channel });
};

const audit = (draft: Draft): void => {
  const { random } = draft;
  if (!random.chance(0.015)) return;
  const steps: readonly [SourceType, ...SourceType[]] = ['order.placed', 'shipment.dispatched', 'delivery.completed', 'invoice.issued'];
  const observed = random.chance(0.82) ? 'done' : random.pick(['done_poorly', 'not_done']);
  const at = (draft.endedAt ?? draft.placedAt + 6 * DAY) + random.between(0.2, 3) * DAY;
  tell(draft, 'audit.recorded', at, { auditId: `${draft.orderId}-a1`, step: random.pick(steps), observed }, {
    location: draft.warehouse.location, team: draft.warehouse.team,
  });
};

const struckBy = (draft: Draft, incident: Incident, at: number): void => {
  const { incidentId, system, severity } = incident;
  tell(draft, 'incident.opened', at, { incidentId, system, severity }, { system });
  tell(draft, 'incident.resolved', incident.until, { incidentId, system, severity }, { system });
};

/** An incident names the orders that it was seen to touch; now and then one touches a single order. */
const incidents = (draft: Draft): void => {
  const { random } = draft;
  const moments = [draft.placedAt, draft.dispatchedAt, draft.endedAt];
  const seen = new Set<string>();
  for (const at of moments) {
    for (const trouble of at === null ? [] : draft.troubles.at(at)) {
      if (at === null || trouble.kind !== 'incident' || seen.has(trouble.incidentId) || !random.chance(0.25)) continue;
      seen.add(trouble.incidentId);
      struckBy(draft, trouble, at);
    }
  }
  if (!random.chance(0.002)) return;
  const at = draft.placedAt + random.between(0, 5) * HOUR;
  const incident = { incidentId: `inc-${draft.orderId}`, system: 'checkout', severity: 'minor' };
  tell(draft, 'incident.opened', at, incident, { system: 'checkout' });
  if (random.chance(0.7)) tell(draft, 'incident.resolved', at + random.between(1, 20) * HOUR, incident, { system: 'checkout' });
};

/** Everything that is said about the order by others than those who carried it out. */
export const aftermath = (draft: Draft): void => {
  contacts(draft);
  feedback(draft);
  audit(draft);
  incidents(draft);
};
