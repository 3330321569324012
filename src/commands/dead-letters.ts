import { askAdmin } from '../adapters/kafka/ask-admin.js';
import { checkTopics } from '../adapters/kafka/check-topics.js';
import type { KafkaClient } from '../adapters/kafka/connection.js';
import { type LetterLog, openLetterLog } from '../adapters/kafka/letter-log.js';
import { openIdempotentProducer } from '../adapters/kafka/producer.js';
import type { Config } from '../app/config.js';
import { patientDecoder } from '../app/decoder.js';
import { topicNames } from '../app/kafka-ground.js';
import { openSchemas } from '../app/registry.js';
import { choose, emptyAccount } from '../app/letters/choose.js';
import { createLetterTally, renderList, rowJson, summaryJson } from '../app/letters/list.js';
import { nothingRedriven, redrive, renderRedriven } from '../app/letters/redrive.js';
import { renderLetter } from '../app/letters/show.js';
import { openSharedClock } from '../app/shared-clock.js';
import { type Letter, parsePlace, readLetter } from '../pipeline/letter.js';
import { PARTITIONERS } from '../pipeline/partitioner.js';
import { createWayBack, type WayBack } from '../pipeline/redrive.js';
import { CommandFault } from './context.js';
import { kafkaOrFault, tellingKafkaFaults } from './kafka.js';
import { type FilterOptions, filterOf, isFiltered, wholeOption } from './letter-options.js';

const ROWS = 30;
const PROGRESS_EVERY_MS = 1_000;

export interface ListOptions extends FilterOptions {
  readonly summary?: boolean;
  readonly json?: boolean;
}

/** `touchpoint dead-letters list`: the latest letters and the counts; only the counts with `--summary`. */
export async function listLetters(options: ListOptions): Promise<void> {
  const limit = wholeOption('--limit', options.limit);
  const { config, client } = kafkaOrFault();
  const filter = filterOf(options, config);
  const topic = config.topics.outputs['cx.dead-letters'];
  const asRows = options.json === true && options.summary !== true;
  await withLetters(config, client, async (log) => {
    const account = emptyAccount();
    // For programs every letter is a row as it is read, unless only the latest are wanted.
    const streamed = asRows && limit === null;
    const tally = createLetterTally(options.summary === true || streamed ? 0 : (limit ?? ROWS));
    for await (const letters of choose(log, filter, account)) {
      for (const letter of letters) {
        tally.add(letter);
        if (streamed) process.stdout.write(`${rowJson(letter)}\n`);
      }
    }
    if (streamed) return;
    if (asRows) for (const letter of tally.latest()) process.stdout.write(`${rowJson(letter)}\n`);
    else process.stdout.write(options.json === true ? `${summaryJson(tally, account)}\n` : renderList(topic, tally, account));
  });
}

/** `touchpoint dead-letters show PARTITION:OFFSET...` */
export async function showLetters(places: readonly string[], options: { readonly raw?: boolean }): Promise<void> {
  const wanted = places.map((text) => parsePlace(text) ?? usage(`${text}: expected PARTITION:OFFSET of the dead letter, such as 3:17`));
  if (options.raw === true && wanted.length !== 1) usage('--raw writes the value of one dead letter: name one');
  const { config, client } = kafkaOrFault();
  await withLetters(config, client, async (log) => {
    const letters: Letter[] = [];
    for (const { partition, offset } of wanted) letters.push(await letterAt(log, partition, offset));
    if (options.raw === true) {
      writeRaw(letters[0]?.value ?? null);
      return;
    }
    const wayBack = await wayBackOf(config, log.bounds.length, false);
    const shown: string[] = [];
    for (const letter of letters) shown.push(renderLetter(letter, await wayBack(letter)));
    process.stdout.write(shown.join('\n'));
  });
}

async function letterAt(log: LetterLog, partition: number, offset: number): Promise<Letter> {
  const stored = await log.at(partition, offset);
  if (stored === null) {
    const range = log.bounds[partition];
    const holds = range === undefined ? `there are ${log.bounds.length} partitions, from 0` : range.start === range.end ? 'the partition is empty' : `the partition holds offsets ${range.start} to ${range.end - 1}`;
    throw new CommandFault(`No dead letter stands at ${partition}:${offset}: ${holds}`, 1);
  }
  const letter = readLetter(stored);
  if (letter === null) throw new CommandFault(`The record at ${partition}:${offset} is no dead letter of this service: its headers are missing`, 1);
  return letter;
}

function writeRaw(value: Buffer | null): void {
  if (value === null) throw new CommandFault('The record has no value (a tombstone)', 1);
  process.stdout.write(value);
}

export interface RedriveOptions extends FilterOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly rate?: string;
  readonly rekey?: boolean;
}

/** `touchpoint dead-letters redrive`: exit code 1 while some of those meant could not be sent back. */
export async function redriveLetters(options: RedriveOptions): Promise<void> {
  if (options.all !== true && !isFiltered(options)) usage('Say which dead letters to send back: by --reason, --topic, --order, --since or --until, or --all of them');
  const rate = wholeOption('--rate', options.rate);
  const limit = wholeOption('--limit', options.limit);
  const { config, client } = kafkaOrFault();
  const filter = filterOf(options, config);
  const dryRun = options.dryRun === true;
  const done = nothingRedriven();
  await withLetters(config, client, async (log) => {
    await tellingUnfitTopics(config, client);
    const wayBack = await wayBackOf(config, log.bounds.length, options.rekey === true);
    const producer = dryRun ? null : await openIdempotentProducer(client);
    try {
      await redrive({ log, filter, limit, wayBack, producer, rate, progress: tell() }, done);
    } catch (error) {
      throw new CommandFault(`Ended early after ${done.sent} were sent back: ${error instanceof Error ? error.message : String(error)}. `
        + 'Run the same again: what arrives twice counts as a duplicate.', 1);
    } finally {
      await producer?.close();
    }
  });
  process.stdout.write(renderRedriven(done, dryRun));
  if (done.stays > 0) process.exitCode = 1;
}

/** Looks at the topics that are written to before anything is. */
const tellingUnfitTopics = (config: Config, client: KafkaClient): Promise<void> => askAdmin(client, async (admin) => {
  const findings = await checkTopics(admin, topicNames(config));
  if (findings.length > 0) throw new CommandFault(findings.join('\n'), 1);
});

/** Opens the dead-letter topic, as it stands now. */
async function withLetters(config: Config, client: KafkaClient, work: (log: LetterLog) => Promise<void>): Promise<void> {
  const topic = config.topics.outputs['cx.dead-letters'];
  await tellingKafkaFaults(async () => {
    const partitions = await askAdmin(client, async (admin) => {
      if (!(await admin.listTopics()).includes(topic)) throw new CommandFault(`Topic ${topic} is missing: check KAFKA_BROKERS and topics.outputs.cx.dead-letters, or create it with \`touchpoint topics --create\``, 1);
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length ?? 0;
    });
    const log = await openLetterLog({ client, topic, partitions });
    try {
      await work(log);
    } finally {
      await log.close();
    }
  });
}

/** Judges as the service would: same configuration, same clock. All topics have as many partitions as the dead letters. */
async function wayBackOf(config: Config, partitions: number, rekey: boolean): Promise<(letter: Letter) => Promise<WayBack>> {
  const now = await openSharedClock(config).catch((error: unknown) => { throw new CommandFault(error instanceof Error ? error.message : String(error), 1); });
  const sources = new Map(config.topics.subscribed.map((topic) => [config.topics.sources[topic], topic]));
  // One that the registry does not have keeps its record where it is.
  const schemas = openSchemas({ ...config, registry: { ...config.registry, unknownSchema: 'dead_letter' } });
  return createWayBack({ decode: patientDecoder(config, partitions, now, schemas), sources, partitions, partitioner: PARTITIONERS[config.partitioner], rekey });
}

function tell(): (sent: number, stays: number) => void {
  let last = performance.now();
  return (sent, stays) => {
    const now = performance.now();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${sent} sent back, ${stays} stay${process.stderr.isTTY ? '\u001b[K' : '\n'}`);
  };
}

function usage(message: string): never {
  throw new CommandFault(message, 2);
}
