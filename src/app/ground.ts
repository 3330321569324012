import type { AlertHandlingStore } from '../pipeline/alert-handling.js';
import type { OutputFormat } from '../pipeline/output-format.js';
import type { MeasureStore } from '../pipeline/measure-store.js';
import type { LaneStore, OrderReader, OutputLog, SourceLog, WallClock } from '../pipeline/ports.js';
import type { EventFeed } from '../pipeline/stream/event-feed.js';
import type { BudgetStore } from '../pipeline/sinks/budget.js';
import type { AlertLog } from '../pipeline/sinks/sink.js';
import type { SchemaReader } from '../pipeline/schema-reader.js';

/** What the service stands on: real Kafka and Redis, or their stand-ins in memory. */
export interface Ground {
  readonly source: SourceLog;
  readonly output: OutputLog;
  /** What was published, of all partitions. */
  readonly events: EventFeed;
  /** `cx.alerts` for the sink of this name, with a place of its own. */
  readonly openAlerts: (sink: string) => Promise<AlertLog>;
  readonly store: LaneStore;
  readonly reader: OrderReader;
  readonly measures: MeasureStore;
  readonly handling: AlertHandlingStore;
  /** How sinks with a budget tell of alerts. */
  readonly budgets: BudgetStore;
  readonly wallClock: WallClock;
  /** What values in a registry's wire format mean; null: there is no registry. */
  readonly schemas: SchemaReader | null;
  readonly outputFormat: OutputFormat;
  /** What keeps it from working at present, in sentences. */
  troubles(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What is wrong with the ground, each a sentence with what to do: a person must act before a start can succeed. */
export class GroundUnfit extends Error {
  constructor(readonly findings: readonly string[]) {
    super(findings.join('\n'));
    this.name = 'GroundUnfit';
  }
}

