import { evidenceOf, instancesOf, instantText, type SignalRule } from './rule.js';

/**
 * An IT incident named this order. Put right when every such incident has been resolved by a record that names the order,
 * too (rulings 25, 57).
 *
 * Example: the checkout was down and the log lists the order; its resolution lists it as well: resolved.
 */
export const incidentAffected: SignalRule = {
  signal: 'incident_affected', area: 'it', stage: 'OWN',

  judge({ incidents }) {
    const first = incidents?.opened[0];
    if (incidents === null || first === undefined) return null;
    return {
      opensAt: first.at,
      since: incidents.since.at,
      closedAt: incidents.closedBy?.at ?? null,
      detail: instancesOf(incidents.opened, ({ at, body }) => ({
        at: instantText(at), incident: body.incidentId, system: body.system, severity: body.severity,
      })),
      evidence: evidenceOf([...incidents.opened, incidents.closedBy]),
    };
  },
};
