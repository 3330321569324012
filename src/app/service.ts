import type { FastifyInstance } from 'fastify';
import type { AccessSettings } from '../adapters/http/access.js';
import { buildHttp } from '../adapters/http/build-http.js';
import { createJwtVerifier } from '../adapters/http/jwt.js';
import { NO_LIMITS } from '../adapters/http/limits.js';
import { byInterval } from '../adapters/http/stream-settings.js';
import { byTimer, type RunningTelemetry } from '../adapters/telemetry/telemetry.js';
import { openCase } from '../core/assess.js';
import { customerFigures } from '../core/measures/customer-figures.js';
import { createMeasureReader, type MeasureReader } from '../pipeline/measure-reader.js';
import { viewOf } from '../pipeline/journey-renderer.js';
import { createEventStream } from '../pipeline/stream/create-event-stream.js';
import type { Worker } from '../pipeline/worker.js';
import type { Config } from './config.js';
import { laneOfOrder } from './decoder.js';
import type { Ground } from './ground.js';
import type { JwksFile } from './jwks-file.js';
import { laneTroubles } from './lane-troubles.js';
import { thisMachine, usualLaneThreads } from './lanes/lane-threads.js';
import { createThreadedWorker } from './lanes/threaded-worker.js';
import { workLanesOn } from './lanes/work-lanes.js';
import type { Rulebook } from './rulebook.js';
import { type ConfiguredSink, createSinks } from './sinks.js';
import { everySoOften } from './every-so-often.js';
import { rulesBodyOf } from './rules-body.js';
import { showReadiness } from './show-readiness.js';
import { VERSION } from './version.js';

export interface Service {
  /** Where HTTP listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly worker: Worker;
  /** How many threads work lanes; 1: this one. */
  readonly laneThreads: number;
  stop(): Promise<void>;
}

export interface ServiceParts {
  readonly config: Config;
  readonly telemetry: RunningTelemetry;
  readonly ground: Ground;
  readonly rulebook: Rulebook;
  readonly sinks: readonly ConfiguredSink[];
  /** The keys of JWTs; null: none is taken. */
  readonly jwks: JwksFile | null;
  /** A defect or a lost part: the process should end, so that a supervisor starts it anew. `leave`: the groups, so that others need not wait for its lanes. */
  readonly failed: (error: Error, leave: () => Promise<void>) => void;
}

/** How often what waits in the store is looked at for `/metrics`; ms. */
const GAUGES_MS = 5_000;
/** How often deadlines are counted for `/metrics`, which takes Redis 0.1 s for a million; ms. */
const DEADLINES_MS = 30_000;
/** How often measures are read for `/metrics`; ms. */
const MEASURES_MS = 15_000;
/** How soon keys that are exchanged in their file count, ms. */
const JWKS_MS = 5_000;
/** Of measures by place: a day is what can be acted on, a week what it is held against. */
const PLACE_WINDOWS = ['24h', '7d'] as const;

/** Starts reading and answering. Rejects when the HTTP port is taken or the log can't be joined. */
export async function startService(parts: ServiceParts): Promise<Service> {
  const { config, ground, telemetry, rulebook } = parts;
  const laneThreads = config.kafka === null ? 1 : config.laneThreads ?? usualLaneThreads(thisMachine());
  const worker: Worker = createWorkerOn(parts, laneThreads, (error) => { parts.failed(error, leave); });
  const sinks = createSinks(parts.sinks, { ...ground, telemetry });
  const leave = (): Promise<void> => stopAll([worker, ...sinks]);
  const measures = measureReaderOn(parts);
  const notReady = async (): Promise<readonly string[]> => [...(await ground.troubles()), ...worker.troubles(), ...laneTroubles(worker.lanes(), ground.wallClock.now())];
  const http = await buildHttp({
    orders: ground.reader,
    measures,
    handling: ground.handling,
    stream: createEventStream({ feed: ground.events, schemas: ground.schemas, telemetry, maxClients: config.stream.maxClients, later: byTimer }),
    laneOf: laneOfOrder(config, ground.source.lanes),
    assessStored: (orderId, stored) => viewOf(orderId, stored, rulebook.present().catalogue),
    customerFigures: (views) => customerFigures(views.map(({ assessment, facts, judgedAt }) =>
      ({ order: openCase({ orderId: assessment.orderId, facts }, judgedAt, rulebook.present().catalogue), listed: assessment }))),
    topicNames: config.topics.sources,
    get alertRules() { return rulebook.present().catalogue.alerts; },
    get promiseTimeZone() { return rulebook.present().catalogue.rules.promiseTimeZone; },
    rules: { present: () => rulesBodyOf(rulebook.present()), reload: () => rulebook.reload() },
    notReady,
    registry: telemetry.registry,
    clock: ground.wallClock,
    telemetry,
  }, { version: VERSION, storeTimeoutMs: 5_000, access: accessOf(parts), limits: { ...NO_LIMITS, ...config.httpLimits }, trustedProxies: config.trustedProxies, stream: { ...config.stream, every: byInterval } });
  await begin(http, worker, config);
  for (const sink of sinks) sink.start();
  const shown = (what: string, ms: number, show: () => Promise<void>) => everySoOften(ms, show, (error) => { telemetry.retrying(-1, what, error, ms); });
  const gauges = [
    shown('show what waits to be published', GAUGES_MS, () => showOutbox(parts, worker)),
    shown('show deadlines', DEADLINES_MS, () => showDeadlines(parts, worker)),
    shown('show measures', MEASURES_MS, () => showMeasures(measures, parts)),
  ];
  const readiness = showReadiness({ notReady, worker, wallClock: ground.wallClock, telemetry });
  const keys = everySoOften(JWKS_MS, async () => parts.jwks?.reread());
  return {
    url: urlOf(http, config.http.host), worker, laneThreads,
    stop: async () => {
      for (const timer of [...gauges, readiness, keys]) timer.stop();
      await leave();
      await stop(http, parts);
    },
  };
}

/** @throws when the port is taken or the log can't be joined; then nothing of both is left open */
async function begin(http: FastifyInstance, worker: Worker, { http: { host, port } }: Config): Promise<void> {
  try {
    await http.listen({ host, port });
    await worker.start();
  } catch (error) {
    await http.close();
    throw error;
  }
}

function accessOf({ config: { access: { tokens, open }, jwt }, jwks, ground }: ServiceParts): AccessSettings {
  if (jwt === null || jwks === null) return { tokens, open };
  return { tokens, open, verifyJwt: createJwtVerifier({ ...jwt, keys: () => jwks.present(), now: () => ground.wallClock.now() }) };
}

/** In this thread, or in several others. */
function createWorkerOn({ config, ground, telemetry, rulebook }: ServiceParts, threads: number, failed: (error: Error) => void): Worker {
  telemetry.partitions(ground.source.lanes);
  if (threads > 1) return createThreadedWorker({ config, threads, telemetry, rulebook, failed });
  return workLanesOn({ config, ground, telemetry, catalogue: () => rulebook.present().catalogue, failed });
}

const measureReaderOn = ({ rulebook, ground }: ServiceParts): MeasureReader => createMeasureReader({
  store: ground.measures, lanes: ground.source.lanes, now: () => ground.wallClock.now(),
  context: { get patterns() { return rulebook.present().catalogue.rules.patterns.map(({ pattern }) => pattern); } },
});

export const urlOf = (http: FastifyInstance, host: string): string => {
  const address = http.addresses()[0];
  const port = typeof address === 'object' ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
};

/** What showing the outbox takes. */
interface OutboxParts {
  readonly ground: { readonly reader: { lanes(): Promise<readonly { readonly lane: number; readonly outbox: number }[]> } };
  readonly telemetry: Pick<RunningTelemetry, 'outboxPending'>;
}

/** Each lane is counted by its owner alone, so that sums over workers are right. */
export async function showOutbox({ ground, telemetry }: OutboxParts, worker: { lanes(): readonly { readonly lane: number }[] }): Promise<void> {
  const found = await ground.reader.lanes();
  // Some may have gone to another worker meanwhile.
  const own = new Set(worker.lanes().map(({ lane }) => lane));
  for (const { lane, outbox } of found) if (own.has(lane)) telemetry.outboxPending(lane, outbox);
}

async function showDeadlines({ ground, telemetry }: ServiceParts, worker: Worker): Promise<void> {
  for (const { lane } of worker.lanes()) {
    const deadlines = await ground.reader.deadlines(lane);
    // It may have gone to another worker meanwhile.
    if (worker.lanes().some((own) => own.lane === lane)) telemetry.deadlinesPending(lane, deadlines);
  }
}

/** Every worker shows the measures of all lanes: none is missing while a worker is away. */
async function showMeasures(measures: MeasureReader, { config, telemetry }: ServiceParts): Promise<void> {
  const { rows, standing } = await measures.overview();
  for (const key of config.measures.shownBy) rows.push(...(await measures.rowsBy(PLACE_WINDOWS, key)));
  telemetry.measured(rows, standing);
}

const stopAll = async (parts: readonly { stop(): Promise<void> }[]): Promise<void> => void (await Promise.all(parts.map((part) => part.stop())));

/** First no more questions, then the last answers, then the ground. */
async function stop(http: FastifyInstance, { ground, telemetry }: ServiceParts): Promise<void> {
  await http.close();
  await ground.close();
  telemetry.close();
}
