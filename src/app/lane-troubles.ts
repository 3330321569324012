import { kafkaFaultText } from '../adapters/kafka/fault-words.js';
import type { OutputWait } from '../pipeline/output-waits.js';
import type { SchemaWait } from '../pipeline/schema-waits.js';
import type { LaneStanding } from '../pipeline/worker.js';

/** Brokers that restart, or a leader that moves, are no trouble yet; ms. */
const REFUSED_MS = 10_000;

/** What keeps the lanes of a worker from their work, in sentences. @param now wall clock, ms */
export const laneTroubles = (lanes: readonly LaneStanding[], now: number): readonly string[] => lanes.flatMap(({ lane, halt, schemaWaits, outputWaits }) => [
  ...troublesOf(`Lane ${lane}`, halt, outputWaits, now),
  ...schemaWaitSentences(schemaWaits.map((wait) => ({ ...wait, topic: `${wait.topic}/${lane}` }))),
]);

/** The same of the intake, which is one lane. */
export const intakeTroubles = (lanes: readonly LaneStanding[], now: number): readonly string[] =>
  lanes.flatMap(({ halt, schemaWaits, outputWaits }) => [...troublesOf('The intake', halt, outputWaits, now), ...schemaWaitSentences(schemaWaits)]);

const troublesOf = (who: string, halt: LaneStanding['halt'], outputWaits: readonly OutputWait[], now: number): readonly string[] => [
  ...(halt === null ? [] : [`${who} stands still (${halt.name}): ${halt.message}`]),
  ...outputWaits.filter(({ since }) => now - since >= REFUSED_MS).map(({ since, why }) =>
    `${who} has published in vain since ${new Date(since).toISOString()}: ${kafkaFaultText(new Error(why))}. It is kept, and follows by itself once Kafka takes it.`),
];

/** Of partitions that wait for a schema for longer than is usual. */
const schemaWaitSentences = (waits: readonly SchemaWait[]): string[] =>
  waits.filter(({ alarming }) => alarming).map(({ topic, schemaId, since, why }) =>
    `${topic} stands still since ${new Date(since).toISOString()}: a record names schema ${schemaId}, and ${why}. Bring the registry up or register the schema; registry.unknownSchema: dead_letter puts records of unknown schemas aside.`);

/** How long what each lane is to publish has been refused, s; 0: it is not. */
export const refusedFor = (lanes: readonly LaneStanding[], now: number): ReadonlyMap<number, number> =>
  new Map(lanes.map(({ lane, outputWaits }) => [lane, Math.max(0, ...outputWaits.map(({ since }) => (now - since) / 1_000))]));
