import type { SchemaReader } from '../schema-reader.js';
import type { Slots } from '../stream/slots.js';
import type { Breaker } from './breaker.js';
import type { Budget } from './budget.js';
import type { Destination } from './destination.js';
import type { SinkTelemetry } from './sink-telemetry.js';
import type { Timing } from './timing.js';

/** What a sink is put together from. */
export interface SinkParts {
  /** Its name in the configuration. */
  readonly name: string;
  readonly destination: Destination;
  /** null: every alert is sent by itself. */
  readonly budget: Budget | null;
  readonly breaker: Breaker;
  /** Requests under way at once, over all partitions. */
  readonly slots: Slots;
  /** null: there is no schema registry. */
  readonly schemas: SchemaReader | null;
  readonly telemetry: SinkTelemetry;
  readonly timing: Timing;
  /** An alert that was made longer ago is not tried again after a setback; ms. */
  readonly giveUpAfterMs: number;
}
