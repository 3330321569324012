import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { VERSION } from '../app/version.js';
import { CommandFault } from './context.js';

/** Each command is loaded when it is called: a replay needs no Kafka client. */
const program = new Command('touchpoint')
  .description('Follows every order across systems and says what its customer lived through, while acting still helps.')
  .version(VERSION)
  .showHelpAfterError('(--help shows how a command is used)')
  .exitOverride();

const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  $ touchpoint ${line}`).join('\n')}\n`;

program.command('serve')
  .description('run the service: on Kafka and Redis when KAFKA_BROKERS and REDIS_URL are set, else embedded with a simulated shop')
  .addHelpText('after', examples('serve', '').replace(/ +\$ touchpoint \n/, '')
    + '  $ KAFKA_BROKERS=kafka-1:9092 REDIS_URL=redis://redis:6379 touchpoint serve\n  $ TOUCHPOINT_CONFIG=touchpoint.yaml HTTP_PORT=9000 touchpoint serve\n')
  .action(async () => { await (await import('./serve.js')).serve(); });

program.command('replay')
  .description('run NDJSON files of source events through the pipeline, here and now, and print a report')
  .argument('<file...>', 'one event a line, the topic told by `type`; .gz is unpacked; several files are merged by time')
  .option('--as-of <instant>', 'the time reached at the end (default: the greatest occurredAt)')
  .option('--sources <names>', 'the sources whose silence is an answer, by commas (default: those with an event in the input)')
  .option('--out <dir>', 'write cx.events, cx.alerts, journeys and dead-letters as .ndjson, and report.json')
  .addHelpText('after', examples('replay events.ndjson', 'replay orders.ndjson.gz logistics.ndjson.gz --out result', 'replay events.ndjson --as-of 2026-03-01T00:00:00Z --sources orders,logistics,billing'))
  .action(async (files: string[], options: { asOf?: string; sources?: string; out?: string }) => {
    await (await import('./replay.js')).replayFiles(files, options);
  });

program.command('produce')
  .description('send NDJSON files of source events into the configured Kafka topics')
  .argument('<file...>', 'one event a line')
  .option('--rate <events>', 'events a second at the most (default: as fast as it goes)')
  .addHelpText('after', examples('produce events.ndjson', 'produce events.ndjson --rate 2000'))
  .action(async (files: string[], options: { rate?: string }) => { await (await import('./produce.js')).produce(files, options); });

program.command('topics')
  .description('say whether the Kafka topics are as the service needs them, or create what is missing')
  .option('--create', 'create the missing ones')
  .option('--partitions <count>', 'partitions of each topic: the number of lanes', '8')
  .option('--replication <count>', 'replicas of each partition (default: 3, or as many as there are brokers)')
  .addHelpText('after', examples('topics', 'topics --create', 'topics --create --partitions 32 --replication 3'))
  .action(async (options: { create?: boolean; partitions: string; replication?: string }) => { await (await import('./topics.js')).topics(options); });

program.command('check-config')
  .description('say what is wrong with a configuration file, by path')
  .argument('<file>', 'YAML')
  .addHelpText('after', examples('check-config touchpoint.yaml'))
  .action(async (file: string) => {
    const { checkConfig } = await import('./check-config.js');
    process.exitCode = checkConfig(file, {
      readFile: (path) => readFileSync(path, 'utf8'),
      out: (line) => { process.stdout.write(`${line}\n`); }, err: (line) => { process.stderr.write(`${line}\n`); },
    });
  });

program.command('verify')
  .description('recompute every order from the topics and compare it with what Redis keeps and what was published; reads only')
  .option('--rate <records>', 'records a second read at the most, so that the service is not slowed down; 0: no bound', '20000')
  .option('--lane <number>', 'only this lane; may be given several times', (value: string, others: readonly string[] | undefined) => [...(others ?? []), value])
  .option('--json <file>', 'write the result to a file as well')
  .option('--stop-at-first', 'end at the first kind of difference')
  .addHelpText('after', `${examples('verify', 'verify --rate 0 --json verified.json', 'verify --lane 3 --lane 5')}
Exit codes: 0 no difference, 1 differences, 2 it could not verify (usage, configuration, no answer from Kafka or Redis).
`)
  .action(async (options: { rate: string; lane?: readonly string[]; json?: string; stopAtFirst?: boolean }) => {
    await (await import('./verify.js')).verifyInstallation(options);
  });

for (const command of program.commands) command.exitOverride().showHelpAfterError('(--help shows how a command is used)');

/** Runs the command that the process was called with; sets its exit code. */
export async function run(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

/** 2: usage or configuration; 1: a fault that needs a person. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CommandFault) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
