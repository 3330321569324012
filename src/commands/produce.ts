import { access, constants, stat } from 'node:fs/promises';
import { whyUnreadable } from '../adapters/files/why-unreadable.js';
import { kafkaFaultText } from '../adapters/kafka/fault-words.js';
import { type Produced, produceFiles } from '../adapters/kafka/produce.js';
import { createSourceEncoder, type SourceEncoder } from '../adapters/registry/source-encoder.js';
import { OUTPUT_FORMATS } from '../app/config/schema.js';
import type { Config } from '../app/config.js';
import { topicNames } from '../app/kafka-ground.js';
import { counted } from '../app/report/layout.js';
import { topicOf } from '../contracts/sources.js';
import { asError } from '../core/as-error.js';
import { PARTITIONERS } from '../pipeline/partitioner.js';
import { CommandFault } from './context.js';
import { kafkaOrFault, partitionsOrFault, tellingKafkaFaults } from './kafka.js';

const PROGRESS_EVERY_MS = 1_000;

/** `touchpoint produce FILE...`: as fast as Kafka takes it, or `--rate` events a second. */
export async function produce(files: readonly string[], options: { readonly rate?: string; readonly format: string }): Promise<void> {
  const rate = options.rate === undefined ? null : Number(options.rate);
  if (rate !== null && !(rate > 0)) throw new CommandFault(`--rate ${String(options.rate)}: expected events a second, more than 0`, 2);
  for (const file of files) {
    await readable(file).catch((error: unknown) => { throw new CommandFault(whyUnreadable(file, error), 2); });
  }
  const { config, client } = kafkaOrFault();
  const names = topicNames(config);
  const encode = encoderOf(config, options.format);
  const began = performance.now();
  const told = tell(began);
  let acknowledged = 0;
  const partitions = await tellingKafkaFaults(() => partitionsOrFault(client, names));
  const done = await produceFiles({
    client, files, sources: names.sources, topicOf, partitions, partitioner: PARTITIONERS[config.partitioner], rate,
    progress: (so) => {
      acknowledged = so.lines;
      told(so);
    },
    ...(encode === null ? {} : { encode }),
  }).catch((error: unknown) => { throw endedEarly(error, acknowledged); });
  const seconds = (performance.now() - began) / 1_000;
  const perTopic = [...done.perTopic].map(([topic, count]) => `${topic} ${count.toLocaleString('en')}`).join(', ');
  process.stdout.write(`${counted(done.lines, 'event')} acknowledged in ${seconds.toFixed(1)} s: ${perTopic}\n`);
  if (done.unencoded > 0) process.stdout.write(`${counted(done.unencoded, 'line is no valid event', 'lines are no valid events')}: no schema has room for that, so it was sent as it is\n`);
  if (done.unplaced > 0) process.stdout.write(`${counted(done.unplaced, 'line names no known type and is', 'lines name no known type and are')} on ${names.sources.get('orders') ?? 'orders'} without a key, where the service puts such aside\n`);
}

/** What was acknowledged stays. */
const endedEarly = (error: unknown, acknowledged: number): CommandFault => new CommandFault(`Ended early after ${counted(acknowledged, 'event')} ${acknowledged === 1 ? 'was' : 'were'} acknowledged: ${kafkaFaultText(asError(error))}. `
  + 'Once that is put right, run the same again: what arrives twice counts as a duplicate.', 1);

/** Nothing is sent where one of the files can't be read. */
async function readable(file: string): Promise<void> {
  await access(file, constants.R_OK);
  if ((await stat(file)).isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
}

function encoderOf(config: Config, text: string): SourceEncoder | null {
  const format = OUTPUT_FORMATS.find((known) => known === text);
  if (format === undefined) throw new CommandFault(`--format ${text}: expected one of ${OUTPUT_FORMATS.join(', ')}`, 2);
  if (format === 'json') return null;
  if (config.schemaRegistryUrl === null) throw new CommandFault(`--format ${format} needs a schema registry: set SCHEMA_REGISTRY_URL`, 2);
  const encode = createSourceEncoder({ format, address: config.schemaRegistryUrl, timeoutMs: config.registry.requestTimeoutMs, topicNames: topicNames(config).sources });
  return (event) => encode(event).catch((error: unknown) => {
    throw new CommandFault(`No schema to write with: ${error instanceof Error ? error.message : String(error)}`, 1);
  });
}

function tell(began: number): (so: Produced) => void {
  let last = began;
  return ({ lines }) => {
    const now = performance.now();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    const rate = Math.round(lines / ((now - began) / 1_000));
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${counted(lines, 'event')}, ${rate.toLocaleString('en')} a second${process.stderr.isTTY ? '\u001b[K' : '\n'}`);
  };
}
