import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { VERSION } from '../app/version.js';
import type { BacktestOptions } from './backtest.js';
import { CommandFault } from './context.js';
import type { ListOptions, RedriveOptions } from './dead-letters.js';
import { endWithReader } from './output.js';
import type { ReplayOptions } from './replay.js';
import type { SimulateOptions } from './simulate.js';
import type { TellOptions } from './tell.js';
import type { TopicsOptions } from './topics.js';

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
  .argument('[file...]', 'one event a line, the topic told by `type`; .gz is unpacked; several files are merged by time')
  .option('--map <file...>', 'the files hold your own records (CSV, JSON), which these maps (.yaml) turn into events; folders may be named')
  .option('--as-of <instant>', 'the time reached at the end (default: the greatest occurredAt)')
  .option('--sources <names>', 'the sources whose silence is an answer, by commas (default: those with an event in the input, whatever sources.notCountedOn says)')
  .option('--by <key>', 'also measure by this key of `place`, such as carrier; may be repeated', (key: string, keys: readonly string[] | undefined) => [...(keys ?? []), key])
  .option('--out <dir>', 'write cx.events, cx.alerts, journeys and dead-letters as .ndjson, report.json and measures.json')
  .addHelpText('after', examples('replay events.ndjson', 'replay orders.ndjson.gz logistics.ndjson.gz --out result', 'replay events.ndjson --as-of 2026-03-01T00:00:00Z --sources orders,logistics,billing', 'replay events.ndjson --by carrier --by region --out result', 'replay --map shop.yaml carrier.yaml exports/'))
  .action(async (files: string[], options: ReplayOptions) => {
    await (await import('./replay.js')).replayFiles(files, options);
  });

program.command('tell')
  .description('say what this data can answer, of how many orders, what is missing, and which system would know it')
  .argument('[file...]', 'as for replay')
  .option('--map <file...>', 'the files hold your own records (CSV, JSON), which these maps (.yaml) turn into events')
  .option('--from-kafka', 'read the source topics instead of files, from their beginnings; reads only')
  .option('--json <file>', 'write the answers to a file as well')
  .addHelpText('after', examples('tell events.ndjson', 'tell --map shop.yaml carrier.yaml exports/', 'tell events.ndjson.gz --json tell.json', 'tell --from-kafka'))
  .action(async (files: string[], options: TellOptions) => { await (await import('./tell.js')).tell(files, options); });

program.command('backtest')
  .description('judge the same events by the present rules and by others, and say which orders, patterns and alerts would be different')
  .argument('[file...]', 'as for replay')
  .requiredOption('--rules <file>', 'the configuration file with the rules to try')
  .option('--against <file>', 'the configuration file to compare with (default: the present one, by TOUCHPOINT_CONFIG)')
  .option('--map <file...>', 'the files hold your own records (CSV, JSON), which these maps (.yaml) turn into events')
  .option('--from-kafka', 'read the source topics instead of files, from their beginnings; reads only')
  .option('--as-of <instant>', 'the time reached at the end (default: the greatest occurredAt)')
  .option('--sources <names>', 'the sources whose silence is an answer, by commas (default: those with an event in the files; from Kafka, those that are subscribed)')
  .option('--examples <count>', 'order ids shown of each kind of difference', '5')
  .option('--out <file>', 'write every order that differs as NDJSON')
  .option('--json <file>', 'write the result to a file as well')
  .option('--fail-on-change', 'exit code 1 where any order differs')
  .addHelpText('after', examples('backtest --rules new.yaml events.ndjson.gz', 'backtest --rules new.yaml --from-kafka --out differing.ndjson', 'backtest --rules new.yaml --against old.yaml events.ndjson --json backtest.json --fail-on-change'))
  .action(async (files: string[], options: BacktestOptions) => { await (await import('./backtest.js')).backtest(files, options); });

const map = program.command('map')
  .description('maps: how your own records become events; docs/maps.md says how they are written')
  .addHelpText('after', examples('map check shop.yaml', 'map try shop.yaml record.json', 'map run --map shop.yaml orders.csv'));

map.command('check')
  .description('say what is wrong with maps, by path, and run their examples; exit code 1 when an example fails')
  .argument('<file...>', 'maps (.yaml)')
  .addHelpText('after', examples('map check shop.yaml carrier.yaml'))
  .action(async (files: string[]) => { (await import('./map.js')).checkMaps(files); });

map.command('try')
  .description('show what a record becomes, step by step')
  .argument('<file>', 'the map (.yaml)')
  .argument('<record>', 'the record as JSON (of a table, its cells by column), or a file that holds it')
  .option('--join <rows...>', 'rows of a joined file, as NAME=JSON')
  .addHelpText('after', examples('map try shop.yaml \'{"order_no":"7","shipped":"2026-03-01 10:00"}\'', 'map try shop.yaml record.json --join \'customer={"id":"C-1"}\''))
  .action(async (file: string, record: string, options: { join?: string[] }) => { (await import('./map.js')).tryMap(file, record, options); });

map.command('run')
  .description('print the events of your own records as NDJSON; what is refused is told, and the exit code is then 1')
  .argument('[data...]', 'files, or folders of files; the maps say which they read')
  .requiredOption('--map <file...>', 'maps (.yaml)')
  .addHelpText('after', examples('map run --map shop.yaml orders.csv > events.ndjson', 'map run --map shop.yaml carrier.yaml exports/'))
  .action(async (data: string[], options: { map: string[] }) => { await (await import('./map.js')).runMaps(data, options); });

program.command('intake')
  .description('run the intake: your own records on Kafka become events on the source topics, by maps; links, rows and offsets are kept in Redis')
  .argument('[data...]', 'files, or folders of files, that the maps join')
  .requiredOption('--map <file...>', 'maps (.yaml) that name topics')
  .addHelpText('after', `${examples('intake --map erp.yaml carrier.yaml', 'intake --map shop.yaml articles.csv')}  $ KAFKA_BROKERS=kafka-1:9092 REDIS_URL=redis://redis:6379 HTTP_PORT=8081 touchpoint intake --map maps/*.yaml

It runs beside \`serve\`, in the same environment. One process does the work, others that are started stand by and take over. docs/maps.md says how maps are written.
`)
  .action(async (data: string[], options: { map: string[] }) => { await (await import('./intake.js')).intake(data, options); });

program.command('produce')
  .description('send NDJSON files of source events into the configured Kafka topics')
  .argument('<file...>', 'one event a line')
  .option('--rate <events>', 'events a second at the most (default: as fast as it goes)')
  .option('--format <name>', 'json, or avro or json-schema in the wire format of the schema registry, where the schemas are registered', 'json')
  .addHelpText('after', examples('produce events.ndjson', 'produce events.ndjson --rate 2000', 'produce events.ndjson --format avro'))
  .action(async (files: string[], options: { rate?: string; format: string }) => { await (await import('./produce.js')).produce(files, options); });

program.command('simulate')
  .description('send what happens in a simulated shop into the configured Kafka topics, as it happens, until it is stopped')
  .option('--rate <orders>', 'orders a second, promised within half a minute to a few minutes', '1')
  .option('--days <count>', 'days of parcels told first', '14')
  .option('--seed <text>', 'the same seed gives the same shop, with order ids that begin alike (default: another shop with each start)')
  .option('--seconds <count>', 'stop after so long')
  .addHelpText('after', examples('simulate', 'simulate --rate 20 --days 0', 'simulate --seconds 60'))
  .action(async (options: SimulateOptions) => { await (await import('./simulate.js')).simulate(options); });

program.command('topics')
  .description('say whether the Kafka topics are as the service needs them, or create what is missing')
  .option('--create', 'create the missing ones')
  .option('--print', "only print what would be created, as resources of Strimzi's topic operator (YAML); asks no broker")
  .option('--partitions <count>', 'partitions of each topic: the number of lanes', '8')
  .option('--replication <count>', 'replicas of each partition (default: 3, or as many as there are brokers)')
  .option('--cluster <name>', 'with --print, the Kafka resource that the topics belong to', 'kafka')
  .addHelpText('after', examples('topics', 'topics --create', 'topics --create --partitions 32 --replication 3', 'topics --print --cluster main > topics.yaml'))
  .action(async (options: TopicsOptions) => { await (await import('./topics.js')).topics(options); });

const deadLetters = program.command('dead-letters')
  .description('look at records that the service refused, and send them back once the cause is mended')
  .addHelpText('after', examples('dead-letters list', 'dead-letters show 3:17', 'dead-letters redrive --reason too_large'));

/** Options that say which dead letters are meant. */
const filtered = (command: Command): Command => command
  .option('--reason <names>', 'refused for one of these reasons, by commas')
  .option('--topic <name>', 'read from this source topic: its contract name, or its name on the broker')
  .option('--order <id>', 'whose key is this order, or whose value names it')
  .option('--since <instant>', 'from this timestamp on; a dead letter has that of the refused record')
  .option('--until <instant>', 'before this timestamp');

filtered(deadLetters.command('list'))
  .description('the latest dead letters and what lies there by reason and topic; values are not shown')
  .option('--limit <count>', 'so many of the latest (default: 30; with --json all)')
  .option('--summary', 'only the counts')
  .option('--json', 'for programs: a JSON object a line, one each dead letter; with --summary a single one')
  .addHelpText('after', examples('dead-letters list --summary', 'dead-letters list --topic orders --reason schema_invalid,unknown_type', 'dead-letters list --order O-1001', 'dead-letters list --since 2026-03-01T00:00:00Z --json'))
  .action(async (options: ListOptions) => { await (await import('./dead-letters.js')).listLetters(options); });

deadLetters.command('show')
  .description('everything about dead letters, their values included, and whether they would be taken now')
  .argument('<letter...>', 'PARTITION:OFFSET of the dead letter')
  .option('--raw', 'only the bytes of the value of one')
  .addHelpText('after', examples('dead-letters show 3:17', 'dead-letters show 3:17 5:0', 'dead-letters show 3:17 --raw > value.bin'))
  .action(async (letters: string[], options: { raw?: boolean }) => { await (await import('./dead-letters.js')).showLetters(letters, options); });

filtered(deadLetters.command('redrive'))
  .description('send dead letters that would be taken now back to their topics, as they first came; exit code 1 while some would not')
  .option('--all', 'all of them, where no other option says which')
  .option('--limit <count>', 'so many at the most')
  .option('--dry-run', 'only say what would be sent')
  .option('--rate <records>', 'records a second at the most (default: as fast as it goes)')
  .option('--rekey', 'key those whose key is not the orderId of their value by that orderId')
  .addHelpText('after', examples('dead-letters redrive --all --dry-run', 'dead-letters redrive --reason too_large --topic orders', 'dead-letters redrive --reason key_mismatch --rekey --rate 500'))
  .action(async (options: RedriveOptions) => { await (await import('./dead-letters.js')).redriveLetters(options); });

const lanes = program.command('lanes').description('partitions of the service as Redis keeps them: which stand still and why, and how to go on');

lanes.command('list')
  .description('every lane, and what the ones that stand still wait for; exit code 1 while one does')
  .addHelpText('after', examples('lanes list'))
  .action(async () => { await (await import('./lanes.js')).listLanes(); });

lanes.command('resume')
  .description('lift the halt of lanes whose cause was put right; their owners check everything again before they go on')
  .argument('[lane...]', 'numbers, as `lanes list` shows them, or intake')
  .option('--all', 'every lane that stands still')
  .option('--accept-loss', 'go on over what the halt says is lost, with what is left')
  .addHelpText('after', examples('lanes resume 3', 'lanes resume --all', 'lanes resume 3 --accept-loss'))
  .action(async (named: string[], options: { all?: boolean; acceptLoss?: boolean }) => { await (await import('./lanes.js')).resumeLanes(named, options); });

lanes.command('rewind')
  .description('read a topic of a lane again from an offset on; what is known already counts once, and only what is new is said')
  .argument('<lane>', 'its number, as `lanes list` shows it')
  .requiredOption('--topic <name>', 'the source topic: its contract name, or its name on the broker')
  .requiredOption('--offset <number>', 'where to begin')
  .addHelpText('after', examples('lanes rewind 3 --topic orders --offset 120000'))
  .action(async (named: string, options: { topic: string; offset: string }) => { await (await import('./lanes.js')).rewindLane(named, options); });

lanes.command('rebuild')
  .description('make the state of lanes anew from the topics, in silence, and then say only what differs from what was said')
  .argument('[lane...]', 'numbers, as `lanes list` shows them')
  .option('--all', 'every lane')
  .option('--accept-loss', 'also where the topics do not go back to their beginnings, from what is left of them')
  .addHelpText('after', examples('lanes rebuild 3', 'lanes rebuild --all'))
  .action(async (named: string[], options: { all?: boolean; acceptLoss?: boolean }) => { await (await import('./lanes.js')).rebuildLanes(named, options); });

program.command('token')
  .description('make a bearer token for the HTTP interface: the token on standard output, its entry for the configuration on standard error')
  .argument('<name>', 'who it is for')
  .option('--scopes <names>', 'read, read:personal (customers too), act (acknowledging, snoozing and closing alerts, reading the rules again), by commas', 'read')
  .addHelpText('after', examples('token dashboards', 'token night-shift --scopes read,read:personal,act'))
  .action(async (name: string, options: { scopes: string }) => { (await import('./token.js')).makeToken(name, options); });

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

/** How long connections may take to close by themselves after a fault; ms. */
const LINGER_MS = 500;

/** Runs the command that the process was called with; sets its exit code. */
export async function run(): Promise<void> {
  endWithReader();
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    // What a start that failed leaves open must not keep the process: no supervisor would see that it ended.
    setTimeout(() => { process.exit(); }, LINGER_MS).unref();
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
