import { createJourneyRenderer } from '../../pipeline/journey-renderer.js';
import { catalogueOf, type Judging } from '../../pipeline/judge.js';
import type { Telemetry } from '../../pipeline/ports.js';
import { createRenderer } from '../../pipeline/render.js';
import { createWorker, type Worker } from '../../pipeline/worker.js';
import type { Catalogue, Config } from '../config.js';
import { configuredDecoder } from '../decoder.js';
import type { Ground } from '../ground.js';

/** What CloudEvents name as their source. */
const SOURCE = 'touchpoint';
/** Orders and bytes of one step. Only a backlog fills it: some 500 ms of work then, and few commits. */
const STEP_LIMITS = { orders: 8_000, bytes: 8_192 * 1_024 };

export interface LaneWorkParts {
  readonly config: Config;
  readonly ground: Ground;
  readonly telemetry: Telemetry;
  /** What orders are judged by at present. Another one is another object. */
  readonly catalogue: () => Catalogue;
  /** A defect or a lost part: the process should end, so that a supervisor starts it anew. */
  readonly failed: (error: Error) => void;
}

/** Works the lanes that the group gives this thread, as they are configured. */
export function workLanesOn({ config, ground, telemetry, catalogue, failed }: LaneWorkParts): Worker {
  const now = (): number => ground.wallClock.now();
  return createWorker({
    source: ground.source, output: ground.output, store: ground.store, wallClock: ground.wallClock, telemetry, failed,
    decode: configuredDecoder(config, ground.source.lanes, now, ground.schemas),
    schemas: ground.schemas === null ? null : { reader: ground.schemas, alarmAfterMs: config.registry.alarmAfterMs },
    judging: presentJudging(catalogue, ({ rules, covered, alerts }) => {
      const context = () => ({ rules, covered });
      return {
        judge: {
          context, alertRules: alerts, catalogue: catalogueOf(context()),
          renderer: createRenderer({
            topicNames: config.topics.sources, source: SOURCE, rulesVersion: rules.version, alertMaxAgeMs: alerts.maxAgeMs, format: ground.outputFormat,
          }, now),
        },
        renderJourney: createJourneyRenderer(context, SOURCE, ground.outputFormat),
      };
    }),
    time: { allowedLatenessMs: config.time.allowedLatenessMs, settleMs: config.time.settleMs, replaySettleMs: config.time.settleReplayingMs },
    measures: { store: ground.measures, mostValues: config.measures.mostValues }, handling: ground.handling,
    topicNames: config.topics.sources, limits: STEP_LIMITS, maxFacts: config.limits.maxJourneyEvents, retention: config.retentionMs,
  });
}

/** Made once for each catalogue: lanes tell by it whether another came into force. */
function presentJudging(present: () => Catalogue, judgingBy: (catalogue: Catalogue) => Judging): () => Judging {
  let made: { readonly catalogue: Catalogue; readonly judging: Judging } | null = null;
  return () => {
    const catalogue = present();
    if (made?.catalogue !== catalogue) made = { catalogue, judging: judgingBy(catalogue) };
    return made.judging;
  };
}
