import type { SourceType } from '../../core/fact.js';
import type { Calendar } from './calendar.js';
import type { PlannedEvent } from './draft.js';
import type { Random } from './random.js';
import type { Troubles } from './trouble.js';
import { anyCustomer, DAY, WAREHOUSES } from './world.js';

/** Events of a day that belong to no order: incidents of a whole system, yearly surveys, walks through a warehouse. */
export const tellDay = (calendar: Calendar, troubles: Troubles, random: Random, day: number, customers: number): readonly PlannedEvent[] => {
  const events: PlannedEvent[] = [];
  const say = (type: SourceType, at: number, fields: Readonly<Record<string, unknown>>): void => {
    events.push({ at, body: { id: random.uuid(), type, occurredAt: calendar.instant(at), ...fields } });
  };
  for (const trouble of troubles.beginningOn(day)) {
    if (trouble.kind !== 'incident') continue;
    const { incidentId, system, severity } = trouble;
    const fields = { incidentId, system, severity, place: { system } };
    say('incident.opened', trouble.from, fields);
    say('incident.resolved', trouble.until, fields);
  }
  for (let left = random.int(0, 3); left > 0; left -= 1) {
    const score = random.chance(0.8) ? random.int(8, 10) : random.int(2, 8);
    const customerId = anyCustomer(random, customers);
    say('feedback.received', (day + random.next()) * DAY, {
      surveyId: `yearly-${day}-${left}`, customerId, metric: 'nps', score, scaleMin: 0, scaleMax: 10, place: { channel: 'email' },
    });
  }
  if (random.chance(0.25)) {
    const { location, team } = random.weighted(WAREHOUSES);
    const observed = random.chance(0.8) ? 'done' : 'done_poorly';
    say('audit.recorded', (day + random.between(0.3, 0.7)) * DAY, {
      auditId: `walk-${day}`, step: 'shipment.dispatched', observed, place: { location, team },
    });
  }
  return events;
};
