import type { SourceTopic } from '../contracts/names.js';
import type { Telemetry, WallClock } from './ports.js';
import { persist, type Persistence } from './retry.js';
import type { SchemaReader } from './schema-reader.js';

export interface SchemaSettings {
  readonly reader: SchemaReader;
  /** A topic that waited for a schema so long is told as an alarm; ms. */
  readonly alarmAfterMs: number;
}

/** A topic that stands still since a record of it names a schema that is not known yet. */
export interface SchemaWait {
  /** Its name on the broker. */
  readonly topic: string;
  readonly schemaId: number;
  /** Wall clock, ms. */
  readonly since: number;
  /** What the last try failed of; empty before the first answer. */
  readonly why: string;
  /** It lasts longer than is usual. */
  readonly alarming: boolean;
}

export interface SchemaWaitsParts<T extends string = SourceTopic> {
  readonly lane: number;
  readonly schemas?: SchemaSettings | null;
  readonly telemetry: Pick<Telemetry, 'schemaWaiting' | 'schemaMissing' | 'retrying'>;
  readonly wallClock: WallClock;
  readonly topicNames: Readonly<Record<T, string>>;
}

/**
 * Learns the schemas that a lane's topics wait for. Only the topic waits, with all that follows in it; the lane's other
 * topics go on, and its time stays at what was read of the waiting one, so no deadline is judged too early.
 */
export function createSchemaWaits<T extends string = SourceTopic>(
  parts: SchemaWaitsParts<T>, intake: { readonly awaits: (topic: T) => number | null; readonly release: (topic: T) => void }, released: () => void,
) {
  const { lane, telemetry, wallClock, schemas = null, topicNames } = parts;
  const waits = new Map<T, SchemaWait>();
  const show = (): void => { telemetry.schemaWaiting(lane, waits.size); };
  show();

  const tryOnce = async ({ reader, alarmAfterMs }: SchemaSettings, topic: T, schemaId: number): Promise<void> => {
    try {
      await reader.learn(schemaId);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const wait = waits.get(topic);
      if (wait !== undefined) {
        const alarming = wallClock.now() - wait.since >= alarmAfterMs;
        if (alarming && !wait.alarming) telemetry.schemaMissing(lane, wait.topic, schemaId, why);
        waits.set(topic, { ...wait, why, alarming });
      }
      throw error;
    }
  };
  return {
    /** Learns what the topic waits for, again and again, until it goes on or the lane is left. */
    async learn(topic: T, persistence: Persistence): Promise<void> {
      if (schemas === null || waits.has(topic)) return;
      for (let schemaId = intake.awaits(topic); schemaId !== null; schemaId = intake.awaits(topic)) {
        const id = schemaId;
        waits.set(topic, { topic: topicNames[topic], schemaId: id, since: wallClock.now(), why: '', alarming: false });
        show();
        const learned = await persist(persistence, `learn schema ${id} of ${topicNames[topic]}`, () => tryOnce(schemas, topic, id));
        if (!learned) return;
        intake.release(topic);
      }
      waits.delete(topic);
      show();
      released();
    },
    list: (): readonly SchemaWait[] => [...waits.values()],
  };
}
