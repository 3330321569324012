import { SIGNAL_PLACES, type SourceTopic } from '../contracts/names.js';
import { OUTPUTS, type OutputKind } from '../contracts/outputs.js';
import type { AlertChange, AlertContent, AlertMode } from '../core/alerts.js';
import type { Assessment, Promises } from '../core/assessment.js';
import { EVIDENCE_LIMIT } from '../core/assessment.js';
import type { Cause, Change, PatternChange, SignalChange } from '../core/changes.js';
import type { Fact } from '../core/fact.js';
import { instantText as iso } from '../core/instant-text.js';
import { alertIdOf } from './alert-id.js';
import { nameUuid } from './name-uuid.js';
import { jsonOutput, type OutputFormat } from './output-format.js';
import type { OutputRecord } from './ports.js';

/** Changes and assessments as the records that other services read (contract section 4). */

export interface RenderSettings {
  /** Names of the source topics on the broker, for evidence. */
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  /** CloudEvents `source`. */
  readonly source: string;
  readonly rulesVersion: string;
  /** Alerts on what is older are `backfill`; ms. */
  readonly alertMaxAgeMs: number;
  /** Absent: JSON. */
  readonly format?: OutputFormat;
}

const idOf = (kind: string, orderId: string, episode: number, revision: number): string =>
  nameUuid(JSON.stringify([kind, orderId, episode, revision]));

export interface EvidenceEntry {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly occurredAt: string;
}

/** Where a fact can be read again. */
export const evidenceOf = (fact: Fact, lane: number, topicNames: RenderSettings['topicNames']): EvidenceEntry => ({
  id: fact.id, type: fact.type, topic: topicNames[fact.topic], partition: lane, offset: fact.offset, occurredAt: iso(fact.at),
});

/** `cx.journeys`, `journeys.ndjson`: the present assessment, without offsets or wall clocks. */
export function journeyOf(a: Assessment, rulesVersion: string) {
  const promises: Promises = a.promises;
  return {
    orderId: a.orderId,
    customerId: a.customerId,
    verdict: a.verdict,
    recordsVerdict: a.recordsVerdict,
    settled: a.settled,
    unknown: a.unknown,
    promises,
    signals: a.signals.map((s) => ({
      signal: s.signal, state: s.state, opensAt: iso(s.opensAt), ...(s.closedAt === null ? {} : { closedAt: iso(s.closedAt) }),
      severity: s.severity, area: s.area, stage: s.stage, detail: s.detail,
    })),
    patterns: a.patterns.map((p) => ({ pattern: p.pattern, severity: p.severity })),
    goods: a.goods.map((g) => ({ type: g.type, at: iso(g.at), area: g.area, stage: g.stage })),
    place: a.place,
    rules: rulesVersion,
  };
}

/**
 * The header that tells the time reached at which an order was judged (RFC 3339): what was said can be read back as it was meant.
 * Where headers are made its name is written out: V8 puts a key that is computed into an object by a detour.
 */
export const JUDGED_AT = 'cx_judged_at';

/** Of a record: the lane's number, and the time reached at which its order was judged, ms. */
export interface Telling {
  readonly seq: number;
  readonly judgedAt: number;
}

/** What an alert tells of its order to whoever has to act. */
export function alertFields(alert: AlertContent, { promises, lastTold }: Assessment) {
  const { severity, patterns, headline, guidance, causeGroup } = alert;
  return {
    severity, patterns, headline, promise: promises.latest,
    lastTold: lastTold === null ? null : { ...lastTold, at: iso(lastTold.at) },
    owner: guidance?.owner ?? null, nextAction: guidance?.nextAction ?? null,
    actBy: guidance?.actBy == null ? null : iso(guidance.actBy), actByReason: guidance?.actByReason ?? null,
    causeGroup,
  };
}

/** Everything that one judgement of one order says, as records. */
export function createRenderer(settings: RenderSettings, wallClock: () => number) {
  const { format = jsonOutput } = settings;
  const record = (kind: OutputKind, orderId: string, { seq, judgedAt }: Telling, value: { id: string; type: string; occurredAt: string }): OutputRecord => ({
    seq, topic: OUTPUTS[kind].topic, key: orderId, value: format.encode(kind, value),
    headers: {
      ce_specversion: '1.0', ce_id: value.id, ce_type: `touchpoint.${value.type}`, ce_source: settings.source,
      ce_time: value.occurredAt, ce_subject: orderId, 'content-type': format.contentType, cx_seq: String(seq),
      cx_judged_at: iso(judgedAt),
    },
  });
  return {
    change(change: Change, assessment: Assessment, cause: Cause, lane: number, telling: Telling): OutputRecord {
      const { orderId, customerId, place } = assessment;
      const named = nameOf(change);
      const value = {
        id: idOf(named.kind, orderId, change.episode, change.revision),
        type: change.type, orderId, customerId, occurredAt: iso(change.at), detectedAt: iso(wallClock()),
        ...named.fields, episode: change.episode, revision: change.revision, sequence: change.sequence,
        ...contentOf(change, assessment), place, rules: settings.rulesVersion,
        evidence: evidenceFor(change, assessment, cause).slice(0, EVIDENCE_LIMIT).map((f) => evidenceOf(f, lane, settings.topicNames)),
      };
      return record(named.output, orderId, telling, value);
    },
    /** @param isLive people were told of the alert before */
    alert(alert: AlertChange, isLive: boolean, assessment: Assessment, telling: Telling): { readonly record: OutputRecord; readonly mode: AlertMode; readonly detectedAt: number } {
      const { orderId, customerId } = assessment;
      const now = wallClock();
      const mode = modeOf(alert, isLive, now, settings);
      const value = {
        id: idOf('alert', orderId, alert.episode, alert.revision),
        alertId: alertIdOf(orderId, alert.episode),
        type: alert.type, orderId, customerId, occurredAt: iso(alert.at), detectedAt: iso(now),
        episode: alert.episode, revision: alert.revision, sequence: alert.sequence,
        ...alert.ending,
        ...alertFields(alert, assessment), mode, place: assessment.place, rules: settings.rulesVersion,
      };
      return { record: record('alert', orderId, telling, value), mode, detectedAt: now };
    },
  };
}
export type Renderer = ReturnType<typeof createRenderer>;

/** Alerts on old history page nobody. Who was told of one is told of all that becomes of it, by however late a record. */
const modeOf = (alert: AlertChange, isLive: boolean, now: number, settings: RenderSettings): AlertMode =>
  (!isLive && now - alert.at > settings.alertMaxAgeMs ? 'backfill' : 'live');

function nameOf(change: Change): { kind: string; output: OutputKind; fields: Record<string, string> } {
  if ('signal' in change) return { kind: `signal:${change.signal}`, output: 'signal-event', fields: { signal: change.signal } };
  if ('pattern' in change) return { kind: `pattern:${change.pattern}`, output: 'pattern-event', fields: { pattern: change.pattern } };
  return { kind: 'verdict', output: 'verdict-event', fields: { verdict: change.verdict } };
}

function contentOf(change: Change, a: Assessment) {
  if ('signal' in change) return signalContent(change);
  if ('pattern' in change) return { severity: change.severity, detail: { signals: change.now?.signals ?? [] } };
  return { detail: { from: change.from, recordsVerdict: a.recordsVerdict, settled: a.settled, unknown: a.unknown } };
}

function signalContent(change: SignalChange) {
  const { now, reason } = change;
  return {
    severity: change.severity,
    ...SIGNAL_PLACES[change.signal],
    ...(reason === null ? {} : { reason }),
    ...(now === null ? {} : { opensAt: iso(now.opensAt) }),
    ...(change.type !== 'signal.closed' || now?.closedAt == null ? {} : { closedAt: iso(now.closedAt) }),
    detail: now?.detail ?? {},
  };
}

/**
 * What proves the change: a signal's own facts; those of a pattern's signals; for what no longer holds, and for a verdict, the
 * fact that said so. Where time alone changed the verdict, no fact did: then those of the signals that it rests on.
 */
function evidenceFor(change: Change, a: Assessment, cause: Cause): readonly Fact[] {
  if ('signal' in change && change.now !== null) return change.now.evidence;
  if ('pattern' in change && change.now !== null) return evidenceOfSignals(change.now.signals, a);
  if (cause.fact !== null) return [cause.fact];
  return 'verdict' in change ? evidenceOfSignals(a.signals.filter(({ severity }) => severity > 0).map(({ signal }) => signal), a) : [];
}

function evidenceOfSignals(signals: NonNullable<PatternChange['now']>['signals'], a: Assessment): readonly Fact[] {
  const facts = new Map<string, Fact>();
  for (const s of a.signals) if (signals.includes(s.signal)) for (const f of s.evidence) facts.set(f.id, f);
  return [...facts.values()];
}
