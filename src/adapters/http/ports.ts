import type { AccessSettings } from './access.js';
import type { AlertOutcome, PatternSeverity, SourceTopic } from '../../contracts/names.js';
import type { RulesBody } from '../../contracts/rules.js';
import type { AlertRules } from '../../core/alert-rules.js';
import type { Assessment } from '../../core/assessment.js';
import type { Fact } from '../../core/fact.js';
import type { CustomerFigures } from '../../core/measures/customer-figures.js';
import type { SaidAlert } from '../../core/said.js';
import type { AlertHandlingStore } from '../../pipeline/alert-handling.js';
import type { MeasureReader } from '../../pipeline/measure-reader.js';
import type { OrderReader, StoredOrder, WallClock } from '../../pipeline/ports.js';
import type { EventStream } from '../../pipeline/stream/event-stream.js';
import { type LimitSettings, NO_LIMITS, type RefusalTelemetry } from './limits.js';
import { DEFAULT_STREAM_SETTINGS, type StreamSettings } from './stream-settings.js';

/** What the HTTP side asks of the rest of the service. */

/** An order as its readers see it: what is known, and what it means at the time it was last judged. */
export interface OrderView {
  readonly assessment: Assessment;
  /** In their places. */
  readonly facts: readonly Fact[];
  /** The time reached of the judgement, ms. */
  readonly judgedAt: number;
  /** False: its facts are being read again, and what they came to in the end can't be told yet. */
  readonly isJudged: boolean;
  /** Version of the catalogue that it is judged by. */
  readonly rules: string;
  /** What was said last of its alert; null: it never had one. */
  readonly alert: SaidAlert | null;
  /** The partition that its records are read from. */
  readonly lane: number;
}

export interface MetricsRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Told of every request that failed on our side; the route is its pattern, so that no id gets into a log. */
export interface HttpTelemetry extends RefusalTelemetry {
  requestFailed(request: { readonly id: string; readonly method: string; readonly route: string; readonly status: number }, error: Error): void;
}

export interface AlertTelemetry {
  /** A person took an alert up, so many seconds after it was raised. */
  alertAcknowledged(alertId: string, severity: PatternSeverity, seconds: number): void;
  alertSnoozed(alertId: string): void;
  alertClosed(alertId: string, outcome: AlertOutcome): void;
}

export interface RulesPort {
  present(): RulesBody;
  /** Reads the configuration again; refused: something in it is wrong, and nothing changed. */
  reload():
    | { readonly kind: 'read'; readonly before: string; readonly version: string; readonly changed: readonly string[]; readonly needRestart: readonly string[] }
    | { readonly kind: 'refused'; readonly problems: readonly { readonly path: string; readonly line: number | null; readonly message: string }[] };
}

export interface HttpPorts {
  readonly orders: OrderReader;
  readonly measures: MeasureReader;
  readonly handling: AlertHandlingStore;
  /** HTTP closes it when it is closed itself. */
  readonly stream: EventStream;
  laneOf(orderId: string): number;
  /** Unpacks and assesses; throws when the stored bytes cannot be read or a rule fails on them. */
  assessStored(orderId: string, stored: StoredOrder): Omit<OrderView, 'lane'>;
  /** How the customer of these orders is served, as they were judged last. */
  customerFigures(views: readonly OrderView[]): CustomerFigures;
  /** What the sources are called on the broker: evidence names those. */
  readonly topicNames: Readonly<Record<SourceTopic, string>>;
  /** Those in force: asked for with every request. */
  readonly alertRules: AlertRules;
  /** IANA name: dates of orders that name no zone are told in it; as above. */
  readonly promiseTimeZone: string;
  readonly rules: RulesPort;
  /** Why this process cannot do its work at present, each reason a sentence; empty: it can. */
  notReady(): Promise<readonly string[]>;
  readonly registry: MetricsRegistry;
  readonly clock: WallClock;
  readonly telemetry: HttpTelemetry & AlertTelemetry;
}

export interface HttpSettings {
  /** Absent: only this machine is answered. */
  readonly access?: AccessSettings;
  /** Version of the service, told in `/docs`. */
  readonly version: string;
  /** Longest a request may wait for the store before it is answered with 503; ms. */
  readonly storeTimeoutMs: number;
  readonly stream: StreamSettings;
  readonly limits: LimitSettings;
  /** Addresses and networks whose `X-Forwarded-For` tells who asks. */
  readonly trustedProxies: readonly string[];
}

export const DEFAULT_HTTP_SETTINGS: HttpSettings = { version: '0.1.0', storeTimeoutMs: 5_000, stream: DEFAULT_STREAM_SETTINGS, limits: NO_LIMITS, trustedProxies: [] };
