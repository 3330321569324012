import { differingSettings } from './deviations.js';
import type { Settings } from './schema.js';

/** In what two configuration files differ, by path. */
export interface SettingChanges {
  /** What orders are judged by, and what alerts on them say: a running service takes it up. */
  readonly rules: readonly string[];
  /** Everything else is read once, at the start. */
  readonly others: readonly string[];
}

const RULES = /^(?:thresholds|severities|patterns|alerts|sources\.notCountedOn)(?:\.|$)/;

export function settingChanges(before: Settings, after: Settings): SettingChanges {
  const paths = differingSettings(before, after);
  return { rules: paths.filter((path) => RULES.test(path)), others: paths.filter((path) => !RULES.test(path)) };
}
