import { setTimeout as delay } from 'node:timers/promises';
import { alertsAddress, createAlertmanager } from '../adapters/alerting/alertmanager.js';
import { createGuardedPost, type GuardedPost } from '../adapters/alerting/guarded-post.js';
import { createWebhook } from '../adapters/alerting/webhook.js';
import type { SchemaReader } from '../pipeline/schema-reader.js';
import { createBreaker } from '../pipeline/sinks/breaker.js';
import type { Budget, BudgetStore } from '../pipeline/sinks/budget.js';
import type { Destination } from '../pipeline/sinks/destination.js';
import { type AlertLog, createSink, type Sink } from '../pipeline/sinks/sink.js';
import type { SinkTelemetry } from '../pipeline/sinks/sink-telemetry.js';
import type { Timing } from '../pipeline/sinks/timing.js';
import { createSlots } from '../pipeline/stream/slots.js';
import type { SinkSettings } from './config/sinks-schema.js';
import type { SinkSecrets } from './sink-secrets.js';

export interface SinkGround {
  /** Opens `cx.alerts` for the sink of this name. */
  readonly openAlerts: (sink: string) => Promise<AlertLog>;
  readonly budgets: BudgetStore;
  readonly schemas: SchemaReader | null;
  readonly telemetry: SinkTelemetry;
}

export interface ConfiguredSink {
  readonly settings: SinkSettings;
  readonly secrets: SinkSecrets;
}

/** Requests to one receiver at once: enough to send 5,000 alerts within minutes, few enough to ask of anybody. */
const REQUESTS = 4;

const timing: Timing = {
  now: () => Date.now(),
  random: () => Math.random(),
  pause: async (ms, signal) => void await delay(ms, undefined, { signal, ref: false }).catch(() => undefined),
};

/** Makes the sinks; each is started and stopped by whoever asks for them. */
export const createSinks = (sinks: readonly ConfiguredSink[], { openAlerts, budgets, schemas, telemetry }: SinkGround): readonly Sink[] =>
  sinks.map((sink) => {
    const { name, giveUpAfter } = sink.settings;
    return createSink({
      name, schemas, telemetry, timing, giveUpAfterMs: giveUpAfter,
      destination: destinationOf(sink),
      budget: budgetOf(sink.settings, budgets),
      breaker: createBreaker(timing, (state, why) => { telemetry.sinkBreaker(name, state, why); }),
      slots: createSlots(REQUESTS),
      open: () => openAlerts(name),
    });
  });

function budgetOf(settings: SinkSettings, store: BudgetStore): Budget | null {
  if (settings.kind !== 'webhook' || settings.budget === undefined) return null;
  const { perHour, criticalPerHour = perHour, digestAfter } = settings.budget;
  const base = settings.link?.replace(/\/+$/, '') ?? '';
  return {
    store, perHour: { warning: perHour, critical: criticalPerHour }, digestAfterMs: digestAfter,
    worklist: (team) => `${base}/v1/worklist${team === null ? '' : `?team=${encodeURIComponent(team.toWellFormed())}`}`,
  };
}

function destinationOf({ settings, secrets }: ConfiguredSink): Destination {
  const postTo = (url: string): GuardedPost =>
    createGuardedPost({ url: new URL(url), allowPrivate: settings.allowPrivate, timeoutMs: settings.timeout, now: timing.now });
  const headers: Readonly<Record<string, string>> = secrets.authorization === null ? {} : { authorization: secrets.authorization };
  const filter = { minSeverity: settings.minSeverity, owners: settings.owners === undefined ? null : new Set(settings.owners) };
  if (settings.kind === 'webhook') {
    return createWebhook({ to: postTo(settings.url), headers, filter, keys: secrets.keys, personal: settings.personal, now: timing.now });
  }
  const { labels, link = null } = settings;
  return createAlertmanager({ to: postTo(alertsAddress(settings.url)), headers, filter, told: { labels, link }, now: timing.now });
}
