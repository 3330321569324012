import { buildOperations } from '../adapters/http/bare-http.js';
import type { RunningIntakeTelemetry } from '../adapters/telemetry/intake-telemetry.js';
import { createEventDecoder } from '../pipeline/decode.js';
import type { CompiledMap } from '../pipeline/maps/compile-map.js';
import { createIntakeLane } from '../pipeline/mapping/intake-lane.js';
import type { MapWithTables } from '../pipeline/mapping/mapping.js';
import { workLanes, type WorkerOf } from '../pipeline/worker.js';
import type { Config } from './config.js';
import type { IntakeGround } from './intake-ground.js';
import { intakeTroubles } from './lane-troubles.js';
import { assignJoins } from './maps/data-files.js';
import { loadTables } from './maps/map-sources.js';
import { urlOf } from './service.js';
import { showReadiness } from './show-readiness.js';

export interface IntakeService {
  /** Where HTTP listens. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface IntakeServiceParts {
  readonly config: Config;
  readonly maps: readonly MapWithTables[];
  readonly telemetry: RunningIntakeTelemetry;
  readonly ground: IntakeGround;
  /** A defect or a lost part: the process should end, so that a supervisor starts it anew. `leave`: the group, so that others need not wait for it. */
  readonly failed: (error: Error, leave: () => Promise<void>) => void;
}

/** Records and bytes of one step. */
const STEP_LIMITS = { records: 1_000, bytes: 1_048_576 };

/** Reads the files that these maps join. @throws DataFault */
export const withTables = async (maps: readonly CompiledMap[], data: readonly string[]): Promise<readonly MapWithTables[]> =>
  Promise.all((await assignJoins(maps, data)).map(async (files) => ({ map: files.map, tables: await loadTables(files) })));

/** Starts reading and answering. Rejects when the HTTP port is taken or the log can't be joined. */
export async function startIntake({ config, maps, telemetry, ground, ...parts }: IntakeServiceParts): Promise<IntakeService> {
  const { source, wallClock, schemas } = ground;
  const { limits, intake, time } = config;
  const failed = (error: Error): void => { parts.failed(error, () => worker.stop()); };
  const worker: WorkerOf<string> = workLanes<string>({
    source, telemetry, wallClock, failed,
    lane: () => createIntakeLane({
      ...ground, maps, telemetry, failed,
      schemas: schemas === null ? null : { reader: schemas, alarmAfterMs: config.registry.alarmAfterMs }, schemaReader: schemas,
      decode: createEventDecoder({ now: () => wallClock.now(), ...limits }),
      time: { allowedLatenessMs: 0, settleMs: time.settleMs, replaySettleMs: time.settleReplayingMs },
      maxValueBytes: limits.maxValueBytes, limits: STEP_LIMITS, ...intake,
    }),
  });
  const notReady = async (): Promise<readonly string[]> => [...(await ground.troubles()), ...worker.troubles(), ...intakeTroubles(worker.lanes(), wallClock.now())];
  const http = buildOperations({ registry: telemetry.registry, telemetry, notReady });
  await http.listen({ host: config.http.host, port: config.http.port });
  await worker.start();
  const readiness = showReadiness({ notReady, worker, wallClock, telemetry });
  return {
    url: urlOf(http, config.http.host),
    async stop() {
      readiness.stop();
      await worker.stop();
      await http.close();
      await ground.close();
      telemetry.close();
    },
  };
}
