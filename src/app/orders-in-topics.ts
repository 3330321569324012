import type { CoverableSource } from '../contracts/names.js';
import { assess } from '../core/assess.js';
import type { LaneLogs } from '../pipeline/lane-logs.js';
import type { SchemaReader } from '../pipeline/schema-reader.js';
import type { Config } from './config.js';
import { patientDecoder } from './decoder.js';
import { createFoldedOrders } from './folded-orders.js';
import type { SeeOrder } from './replay-orders.js';

export interface OrdersInTopics {
  readonly config: Config;
  readonly logs: LaneLogs;
  /** null: there is no schema registry. */
  readonly schemas: SchemaReader | null;
  readonly now: () => number;
  /** The time reached at the end, ms; null: that of the latest event of each lane. */
  readonly asOf: number | null;
  /** null: those of the configuration. */
  readonly covered: ReadonlySet<CoverableSource> | null;
  /** Called lane by lane. */
  readonly order: SeeOrder;
  /** Called after each lane. */
  readonly drain: () => Promise<void>;
}

/**
 * Reads the source topics from their beginnings to their present ends, lane by lane, and judges each order once, at
 * the end. Joins nothing and writes nothing. Gives the number of records that could not be used.
 */
export async function readOrders({ config, logs, schemas, now, order, drain, ...request }: OrdersInTopics): Promise<number> {
  const decode = patientDecoder(config, logs.lanes, now, schemas);
  const covered = request.covered ?? config.covered;
  const context = { rules: config.rules, covered };
  let refused = 0;
  for (let lane = 0; lane < logs.lanes; lane++) {
    const orders = createFoldedOrders({ maxFacts: config.limits.maxJourneyEvents, took: () => undefined });
    let latest = 0;
    const { sources } = await logs.bounds(lane);
    for (const [topic, { start, end }] of sources) {
      if (end <= start) continue;
      await logs.readSource(lane, topic, start, end, async (records) => {
        for (const record of records) {
          const decoded = await decode(record);
          if (decoded.kind === 'dead_letter') refused += 1;
          else if (decoded.orderId !== null) {
            const outcome = orders.take(decoded.orderId, decoded.fact, latest, true);
            if (outcome === 'applied') latest = Math.max(latest, decoded.fact.at);
            else if (outcome === 'full') refused += 1;
          }
        }
      });
    }
    const at = request.asOf ?? latest;
    for (const { journey } of orders.ended()) order(assess(journey, at, context), { journey, at, covered });
    await drain();
  }
  return refused;
}
