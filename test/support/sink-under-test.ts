import { createMemoryAlertLog } from '../../src/adapters/memory/alert-log.js';
import { createMemoryOutputs } from '../../src/adapters/memory/outputs.js';
import { type Alert, ALERT_EXAMPLE } from '../../src/contracts/alerts.js';
import type { PassedOver } from '../../src/pipeline/sinks/destination.js';
import type { Budget } from '../../src/pipeline/sinks/budget.js';
import { createBreaker } from '../../src/pipeline/sinks/breaker.js';
import type { Answer, Destination } from '../../src/pipeline/sinks/destination.js';
import { createSink } from '../../src/pipeline/sinks/sink.js';
import { createSlots } from '../../src/pipeline/stream/slots.js';
import { createHandClock } from './hand-clock.js';

export interface SinkUnderTestOptions {
  readonly partitions?: number;
  readonly keepOutputs?: number;
  readonly destination?: (clock: ReturnType<typeof createHandClock>['timing']) => Destination;
  readonly giveUpAfterMs?: number;
  readonly memory?: Destination['memory'];
  readonly budget?: Budget | null;
  readonly digest?: Destination['digest'];
}

/** What the receiver says to an alert, by its id; taken by default. */
export type Saying = (id: string, asked: number) => Answer | Promise<Answer>;

export const TAKEN: Answer = { kind: 'taken' };
export const failing = (reason: 'server_error' | 'timeout' = 'server_error'): Answer => ({ kind: 'failed', reason, message: 'answered with 500', retryAfterMs: null });
export const refusing: Answer = { kind: 'refused', reason: 'refused', message: 'answered with 422', retryAfterMs: null };

/** A sink on alerts in memory, with a clock that is turned by hand. `sent`: ids of alerts in the order in which the receiver was asked. */
export function createSinkUnderTest({ partitions = 1, keepOutputs, destination, memory = null, budget = null, digest = null, giveUpAfterMs = 86_400_000 }: SinkUnderTestOptions = {}) {
  const clock = createHandClock();
  const outputs = createMemoryOutputs({ lanes: partitions, now: clock.timing.now, ...(keepOutputs === undefined ? {} : { keepOutputs }) });
  const log = createMemoryAlertLog(outputs, partitions);
  const sent: string[] = [];
  const told: string[] = [];
  let saying: Saying = () => TAKEN;
  let seq = 0;
  const receiver: Destination = {
    batch: 1, memory, digest, close: () => { told.push('closed'); },
    channel: () => ({
      admit: ({ mode }): PassedOver | null => (mode === 'backfill' ? 'backfill' : null), recall: () => undefined, repeat: () => [],
      deliver: ([alert]) => (alert === undefined ? null : async () => {
        sent.push(alert.id);
        return saying(alert.id, sent.filter((id) => id === alert.id).length);
      }),
    }),
  };
  const create = () => createSink({
    name: 'crm', destination: destination?.(clock.timing) ?? receiver, giveUpAfterMs, budget, schemas: null, timing: clock.timing, slots: createSlots(4), open: async () => log,
    breaker: createBreaker(clock.timing, (state) => { told.push(`breaker ${state}`); }),
    telemetry: {
      sinkConfigured: () => undefined, sinkDelivered: () => undefined, sinkBegins: () => undefined, sinkFailed: () => undefined,
      sinkDigested: (_sink, alerts) => { told.push(`digest of ${alerts}`); }, sinkHeld: (_sink, alerts) => { held = alerts; },
      sinkPassedOver: (_sink, why) => { told.push(`passed over: ${why}`); },
      sinkSetAside: (_sink, why, { id, count, place }) => { told.push(`set aside: ${why} ${id ?? `${count} from ${place.offset}`}`); },
      sinkBreaker: () => undefined,
      sinkMoved: (_sink, { offset }) => { told.push(`moved to ${offset}`); },
      sinkQueue: (_sink, records, waitingMs) => { queue = { records, waitingMs }; },
      sinkInterrupted: (_sink, error) => { told.push(`interrupted: ${error.message}`); },
    },
  });
  let queue = { records: 0, waitingMs: 0 };
  let held = 0;
  return {
    ...clock, log, outputs, sent, told, create,
    queue: () => queue, held: () => held,
    says: (next: Saying) => { saying = next; },
    /** Publishes an alert; what it says beyond its id is that of the example. */
    publish: (id: string, { partition = 0, number = seq + 1, raw, ...more }: Partial<Alert> & { readonly partition?: number; readonly number?: number; readonly raw?: string } = {}): void => {
      seq = Math.max(seq, number);
      const value = raw ?? JSON.stringify({ ...ALERT_EXAMPLE, id: uuid(id), detectedAt: new Date(clock.timing.now()).toISOString(), ...more });
      void outputs.output.publish(partition, [{ seq: number, topic: 'cx.alerts', key: 'o', value, headers: { cx_seq: String(number) } }]);
    },
  };
}

/** An id that can be read: of one hexadecimal digit. */
export const uuid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
