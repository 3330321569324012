import type { SinkAlert } from '../../pipeline/sinks/sink-alert.js';

/** Labels that every alert has; alerts with other labels are other alerts to Alertmanager. */
export const OWN_LABELS: ReadonlySet<string> = new Set(['alertname', 'severity', 'team', 'cause_group', 'alert_id']);

/** What is told besides what the alert says. */
export interface ToldBesides {
  readonly labels: Readonly<Record<string, string>>;
  /** Where people find Touchpoint's pages; null: nowhere. */
  readonly link: string | null;
}

/** An alert as Alertmanager knows it, without its end. */
export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorURL?: string;
  /** RFC 3339. */
  readonly startsAt: string;
}

/**
 * Who the customer is stands nowhere, the order in annotations alone: labels are what many alerts have in common, but for the
 * id that tells them apart.
 * @param before the same alert as it was; it began then
 */
export function firingAlert(alert: SinkAlert, before: FiringAlert | undefined, { labels, link }: ToldBesides): FiringAlert {
  const page = link === null ? null : `${link.replace(/\/+$/, '')}/orders/${encodeURIComponent(alert.orderId.toWellFormed())}`;
  return {
    labels: present({ ...labels, alertname: 'TouchpointOrder', severity: alert.severity, team: alert.owner, cause_group: alert.causeGroup, alert_id: alert.alertId }),
    annotations: present({
      summary: alert.headline, description: alert.nextAction?.text, action: alert.nextAction?.code, order: alert.orderId, patterns: alert.patterns.join(', '),
      act_by: alert.actBy, act_by_reason: alert.actByReason, occurred_at: alert.occurredAt, promise: alert.promise, link: page,
    }),
    ...(page === null ? {} : { generatorURL: page }),
    // When we found it, not when it happened: Alertmanager waits for others of its group only with what is new.
    startsAt: before?.startsAt ?? alert.detectedAt,
  };
}

export const sameLabels = (a: FiringAlert, b: FiringAlert): boolean => JSON.stringify(a.labels) === JSON.stringify(b.labels);

const present = (fields: Readonly<Record<string, string | null | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value == null || value === '' ? [] : [[name, value.toWellFormed()]])));
