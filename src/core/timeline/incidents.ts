import type { Fact } from '../fact.js';
import type { History, IncidentFact } from './history.js';

/** IT incidents that named the order (rulings 57). */
export interface Incidents {
  readonly opened: readonly IncidentFact[];
  /** The first of them since which there was always one. */
  readonly since: IncidentFact;
  /** The fact that ended the last of them; null: one goes on. */
  readonly closedBy: Fact | null;
}

/** Null: no incident named the order. */
export function readIncidents(history: History): Incidents | null {
  if (history.incidents.length === 0) return null;
  const opened: IncidentFact[] = [];
  const open = new Set<string>();
  let since: IncidentFact | null = null;
  let closedBy: Fact | null = null;
  for (const fact of history.incidents) {
    if (fact.type === 'incident.opened') {
      opened.push(fact);
      if (open.size === 0) since = fact;
      open.add(fact.body.incidentId);
      closedBy = null;
    } else if (open.delete(fact.body.incidentId) && open.size === 0) closedBy = fact;
  }
  return since === null ? null : { opened, since, closedBy };
}
