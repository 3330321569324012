import type { AccessSettings } from '../adapters/http/access.js';
import type { JwtSettings } from '../adapters/http/jwt-settings.js';
import type { LimitSettings } from '../adapters/http/limits.js';
import { SOURCE_TOPICS, type CoverableSource, type OutputTopic, type PlaceKey, type SourceTopic } from '../contracts/names.js';
import type { AlertRules } from '../core/alert-rules.js';
import type { Rules } from '../core/rules.js';
import { readEnvironment, type Environment, type Variables } from './config/environment.js';
import { parseConfigText } from './config/file.js';
import type { Problem } from './config/problems.js';
import { alertRulesOf, rulesOf } from './config/rules-of.js';
import type { SinkSettings } from './config/sinks-schema.js';
import { configSchema, OPTIONAL_TOPICS, type Settings } from './config/schema.js';

export { formatProblems, type Problem } from './config/problems.js';
export type { KafkaEndpoint, LogLevel, Sasl } from './config/environment.js';

/** Everything that can be decided before the start: read once, checked, and handed on in parts. Durations in ms. */
export interface Config extends Omit<Environment, 'configFile'> {
  readonly topics: {
    /** What each source is called on the broker. */
    readonly sources: Readonly<Record<SourceTopic, string>>;
    /** Those that are read, in contract order. */
    readonly subscribed: readonly SourceTopic[];
    readonly outputs: Readonly<Record<OutputTopic, string>>;
  };
  /** The sources whose silence is an answer. */
  readonly covered: ReadonlySet<CoverableSource>;
  readonly rules: Rules;
  readonly alerts: AlertRules;
  /** The file as it was read, every default filled in: what follows from it stands in the other parts. */
  readonly settings: Settings;
  /** Where alerts are sent; their secrets are read by whoever starts them. */
  readonly sinks: readonly SinkSettings[];
  readonly measures: { readonly mostValues: number; readonly shownBy: readonly PlaceKey[] };
  readonly time: { readonly allowedLatenessMs: number; readonly settleMs: number; readonly settleReplayingMs: number };
  /** How values of outputs are written; the other two need a schema registry. */
  readonly outputFormat: 'json' | 'avro' | 'json-schema';
  readonly registry: { readonly unknownSchema: 'wait' | 'dead_letter'; readonly alarmAfterMs: number; readonly requestTimeoutMs: number };
  readonly limits: { readonly maxValueBytes: number; readonly maxJourneyEvents: number; readonly maxAheadMs: number };
  /** How long settled orders are kept to which nothing happens, ms; null: for ever. */
  readonly retentionMs: number | null;
  /** Who may use the API: the holders of these tokens and of JWTs; without any, programs of this machine, or everybody (`open`). */
  readonly access: Pick<AccessSettings, 'tokens' | 'open'>;
  /** null: no JWT is taken. */
  readonly jwt: (JwtSettings & { readonly jwksFile: string }) | null;
  readonly httpLimits: Omit<LimitSettings, 'pressureOverMs'>;
  readonly trustedProxies: readonly string[];
  readonly partitioner: 'murmur2' | 'crc32';
  readonly sessionTimeoutMs: number;
  readonly redisPrefix: string;
  /** REDIS_URL names a node of a Redis Cluster. */
  readonly redisCluster: boolean;
  readonly stream: { readonly maxClients: number; readonly maxPerClient: number; readonly maxBufferedBytes: number; readonly heartbeatMs: number };
  readonly intake: { readonly waitMs: number; readonly maxWaiting: number; readonly maxWaitingBytes: number; readonly rememberSeconds: number };
}

export type LoadedConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/**
 * The configuration of this process, or everything that is wrong with it (exit code 2 is the caller's).
 * @param variables the environment
 * @param readFile gives the text of the file that `TOUCHPOINT_CONFIG` names; may throw
 */
export function loadConfig(variables: Variables, readFile: (path: string) => string): LoadedConfig {
  const { environment, problems } = readEnvironment(variables, readFile);
  const file = readSettings(environment.configFile, readFile);
  if (file.kind === 'problems') return { kind: 'problems', problems: [...problems, ...file.problems] };
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'config', config: configOf(environment, file.settings) };
}

/** The configuration without file or environment: embedded, all defaults. */
export function defaultConfig(): Config {
  return configOf(readEnvironment({}, () => '').environment, configSchema.parse({}));
}

type ReadSettings =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

function readSettings(path: string | null, readFile: (path: string) => string): ReadSettings {
  if (path === null) return { kind: 'settings', settings: configSchema.parse({}) };
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'problems', problems: [{ source: 'environment', path: 'TOUCHPOINT_CONFIG', line: null, message: `the file ${path} cannot be read: ${why}` }] };
  }
  return parseConfigText(text, path);
}

/** What orders are judged by, and what alerts on them say: all that may change while a service runs. */
export type Catalogue = Pick<Config, 'rules' | 'covered' | 'alerts'>;

/** The catalogue of a configuration, where these sources are read. */
export function catalogueUnder({ sources, ...settings }: Settings, subscribed: readonly SourceTopic[]): Catalogue {
  const notCountedOn = new Set(sources.notCountedOn);
  return {
    rules: rulesOf(settings),
    covered: new Set<CoverableSource>([...subscribed, 'refunds' as const].filter((source) => !notCountedOn.has(source))),
    alerts: alertRulesOf(settings),
  };
}

function configOf({ configFile: _, ...environment }: Environment, settings: Settings): Config {
  const left = new Set<SourceTopic>(OPTIONAL_TOPICS.filter((topic) => !settings.topics.optional.includes(topic)));
  const subscribed = SOURCE_TOPICS.filter((topic) => !left.has(topic));
  return {
    ...environment,
    ...catalogueUnder(settings, subscribed),
    settings,
    topics: { sources: settings.topics.sources, subscribed, outputs: settings.topics.outputs },
    sinks: settings.sinks,
    measures: settings.measures,
    time: { allowedLatenessMs: settings.time.allowedLateness, settleMs: settings.time.settle, settleReplayingMs: settings.time.settleReplaying },
    outputFormat: settings.outputs.format,
    registry: {
      unknownSchema: settings.registry.unknownSchema, alarmAfterMs: settings.registry.alarmAfter, requestTimeoutMs: settings.registry.requestTimeout,
    },
    limits: { maxValueBytes: settings.limits.maxValueBytes, maxJourneyEvents: settings.limits.maxJourneyEvents, maxAheadMs: settings.limits.maxAhead },
    retentionMs: settings.retention.settledOrders,
    access: settings.http,
    jwt: settings.http.jwt === null ? null : { ...settings.http.jwt, clockToleranceMs: settings.http.jwt.clockTolerance },
    httpLimits: { requestsPerMinute: settings.http.requestsPerMinute, maxEventLoopDelayMs: settings.http.maxEventLoopDelay },
    trustedProxies: settings.http.trustedProxies,
    partitioner: settings.kafka.partitioner,
    sessionTimeoutMs: settings.kafka.sessionTimeout,
    redisPrefix: settings.redis.prefix,
    redisCluster: settings.redis.cluster,
    stream: { maxClients: settings.stream.maxClients, maxPerClient: settings.stream.maxPerClient, maxBufferedBytes: settings.stream.maxBuffered, heartbeatMs: settings.stream.heartbeat },
    intake: {
      waitMs: settings.intake.waitFor, maxWaiting: settings.intake.maxWaiting, maxWaitingBytes: settings.intake.maxWaitingBytes,
      rememberSeconds: Math.ceil(settings.intake.remember / 1_000),
    },
  };
}
