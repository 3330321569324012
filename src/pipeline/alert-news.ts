import type { PatternSeverity } from '../contracts/names.js';
import type { AlertEnding, AlertMode } from '../core/alerts.js';
import type { Telemetry } from './ports.js';

/** What an operator should know of an alert. It is told once what makes it so is committed: until then it may come to nothing, or come about again. */
export type AlertNews =
  /** `seconds`: from what it is about to this. */
  | { readonly kind: 'raised'; readonly orderId: string; readonly headline: string; readonly severity: PatternSeverity; readonly mode: AlertMode; readonly seconds: number }
  /** It was a record of the past (mode `backfill`), and people are told of it from now on. */
  | { readonly kind: 'turned_live'; readonly orderId: string; readonly headline: string; readonly severity: PatternSeverity }
  /** `seconds`: from its being raised to this. */
  | { readonly kind: 'ended'; readonly ending: AlertEnding; readonly severity: PatternSeverity; readonly seconds: number };

export function tellAlertNews(telemetry: Pick<Telemetry, 'alertRaised' | 'alertTurnedLive' | 'alertEnded'>, lane: number, news: readonly AlertNews[]): void {
  for (const each of news) {
    if (each.kind === 'raised') telemetry.alertRaised(lane, each.orderId, each.headline, each.severity, each.mode, each.seconds);
    else if (each.kind === 'turned_live') telemetry.alertTurnedLive(lane, each.orderId, each.headline, each.severity);
    else telemetry.alertEnded(each.ending, each.severity, each.seconds);
  }
}
