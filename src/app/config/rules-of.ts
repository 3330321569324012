import { createHash } from 'node:crypto';
import { DEFAULT_ALERT_RULES, type ActBy, type AlertRules, type OwnerRule } from '../../core/alert-rules.js';
import type { Place } from '../../contracts/names.js';
import { DEFAULT_RULES, type PatternRule, type Rules } from '../../core/rules.js';
import type { PatternSettings } from './rules-schema.js';
import type { Settings } from './schema.js';

/** The rules that these settings ask for. Their version is the default's when they say the same, else told by their content. */
export function rulesOf({ thresholds, severities, patterns }: Pick<Settings, 'thresholds' | 'severities' | 'patterns'>): Rules {
  const content: Omit<Rules, 'version'> = {
    promiseTimeZone: thresholds.promiseTimeZone,
    deliveryToleranceMs: thresholds.deliveryTolerance,
    moneyToleranceMinor: thresholds.moneyToleranceMinor,
    lateStepsMs: thresholds.lateSteps,
    statedToleranceMs: thresholds.statedTolerance,
    refundWithinMs: thresholds.refundWithin,
    contactOpenMs: thresholds.contactOpen,
    repeatContactWithinMs: thresholds.repeatContactWithin,
    severities,
    patterns: patternsOf(patterns),
  };
  return { version: versionOf(content), ...content };
}

/** The default catalogue in its order, then patterns of one's own in theirs. */
function patternsOf(settings: PatternSettings): readonly PatternRule[] {
  const defaults = DEFAULT_RULES.patterns.map((rule) => changed(rule, settings[rule.pattern]));
  const names = new Set(DEFAULT_RULES.patterns.map(({ pattern }) => pattern));
  const own = Object.entries(settings).filter(([pattern]) => !names.has(pattern)).map(([pattern, { enabled, severity, when }]) =>
    enabled && severity !== undefined && when !== undefined ? { pattern, severity, when } : null);
  return [...defaults, ...own].filter((rule) => rule !== null);
}

function changed(rule: PatternRule, settings: PatternSettings[string] | undefined): PatternRule | null {
  if (settings === undefined) return rule;
  if (!settings.enabled) return null;
  return { pattern: rule.pattern, severity: settings.severity ?? rule.severity, when: settings.when ?? rule.when };
}

function versionOf(content: Omit<Rules, 'version'>): string {
  const { version, ...defaults } = DEFAULT_RULES;
  const text = canonical(content);
  return text === canonical(defaults) ? version : `custom-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

/** JSON with sorted keys: equal content gives equal text, however it was written down. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner);
}

export function alertRulesOf({ alerts }: Pick<Settings, 'alerts'>): AlertRules {
  return {
    ...DEFAULT_ALERT_RULES,
    maxAgeMs: alerts.maxAge,
    expireAfterMs: alerts.expireAfter,
    defaultOwner: alerts.defaultOwner,
    owners: alerts.owners.map(ownerOf),
    actions: { ...DEFAULT_ALERT_RULES.actions, ...alerts.actions },
    actBy: { ...DEFAULT_ALERT_RULES.actBy, ...Object.fromEntries(Object.entries(alerts.actBy).map(([pattern, rule]) => [pattern, actByOf(rule)])) },
  };
}

const actByOf = ({ within, while: state, reason }: Settings['alerts']['actBy'][string]): ActBy =>
  within === null ? { kind: 'never', reason } : { kind: 'within', ms: within, while: state, reason };

function ownerOf({ pattern, place, team }: Settings['alerts']['owners'][number]): OwnerRule {
  const wanted = place === undefined ? undefined : (Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined)) as Place);
  return { ...(pattern === undefined ? {} : { pattern }), ...(wanted === undefined ? {} : { place: wanted }), team };
}
