import type { PatternSeverity } from '../../contracts/names.js';
import type { SinkAlert } from '../../pipeline/sinks/sink-alert.js';

/** What of all alerts a sink is for. */
export interface AlertFilter {
  readonly minSeverity: PatternSeverity;
  /** Teams; null: all. */
  readonly owners: ReadonlySet<string> | null;
}

/** Whether an alert is for the sink, as it stands now. */
export const isFor = ({ minSeverity, owners }: AlertFilter, { severity, owner }: SinkAlert): boolean =>
  (minSeverity === 'warning' || severity === 'critical') && (owners === null || (owner !== null && owners.has(owner)));
