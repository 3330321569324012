import type { Alert } from '../contracts/alerts.js';
import type { DerivedEvent, PatternEvent, SignalEvent } from '../contracts/derived.js';
import { parseInstant } from '../contracts/instant.js';
import type { Detail, Severity } from './assessment.js';
import { usefulUntil } from './alerts.js';
import { signalPrint } from './changes.js';
import type { Said, SaidAlert } from './said.js';

/**
 * Brings what is known to have been said of an order up to what a published event says. What is older than what is known
 * changes nothing, so that events may be recalled again, and those of both topics in either order.
 */
export function recallEvent(said: Said, event: DerivedEvent): void {
  said.sequence = Math.max(said.sequence, event.sequence);
  if ('signal' in event) recallSignal(said, event);
  else if ('pattern' in event) recallPattern(said, event);
  else if (event.revision >= said.verdictRevision) {
    said.verdict = event.verdict;
    said.verdictRevision = event.revision + 1;
  }
}

/** As `recallEvent`, for an event of the order's alert. */
export function recallAlert(said: Said, alert: Alert): void {
  said.sequence = Math.max(said.sequence, alert.sequence);
  if (!isNews(said.alert, alert)) return;
  const { episode, revision, severity, patterns } = alert;
  const before = said.alert?.episode === episode ? said.alert : null;
  said.alert = {
    episode, revision, severity, patterns, state: alertState(alert),
    raisedAt: alert.type === 'alert.raised' ? parseInstant(alert.detectedAt) : (before?.raisedAt ?? null),
    usefulUntil: alert.type !== 'alert.resolved' && alert.mode === 'live' ? usefulUntil(before, alert.actBy === null ? null : parseInstant(alert.actBy), parseInstant(alert.occurredAt)) : (before?.usefulUntil ?? null),
  };
}

/** The state of an alert of which this was said last. */
export function alertState({ type, reason }: Pick<Alert, 'type'> & { readonly reason?: string | null | undefined }): SaidAlert['state'] {
  if (type !== 'alert.resolved') return 'open';
  return reason === 'expired' || reason === 'closed' ? reason : 'resolved';
}

interface Counted {
  readonly episode: number;
  readonly revision: number;
}

const isNews = (known: Counted | null | undefined, told: Counted): boolean =>
  known == null || told.episode > known.episode || (told.episode === known.episode && told.revision > known.revision);

function recallSignal(said: Said, event: SignalEvent): void {
  if (!isNews(said.signals.get(event.signal), event)) return;
  const { episode, revision } = event;
  const severity = event.severity as Severity;
  if (event.reason === 'retracted') {
    said.signals.set(event.signal, { episode, revision, severity, state: 'retracted', print: '' });
    return;
  }
  const state = event.type === 'signal.closed' ? 'resolved' : 'open';
  const print = signalPrint({
    state, severity, opensAt: parseInstant(event.opensAt ?? ''), closedAt: event.closedAt === undefined ? null : parseInstant(event.closedAt),
    detail: event.detail as Detail,
  });
  said.signals.set(event.signal, { episode, revision, severity, state, print });
}

function recallPattern(said: Said, { pattern, episode, revision, severity, type }: PatternEvent): void {
  if (!isNews(said.patterns.get(pattern), { episode, revision })) return;
  said.patterns.set(pattern, { episode, revision, severity, state: type === 'pattern.matched' ? 'matched' : 'cleared' });
}
