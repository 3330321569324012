import { createHash, randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KAFKA_SETTINGS } from './kafka-settings.js';
import { freePorts } from './local-process.js';
import { startLocalServer } from './local-server.js';
import { madeOnce } from './made-once.js';
import { cacheFolder, newDataFolder, repositoryRoot } from './places.js';
import { kafkaAnswers } from './readiness.js';
import { onPath, run } from './run-command.js';
import { Unavailable, type KafkaOptions, type Server } from './server.js';

const POM = join(repositoryRoot, 'deploy', 'test-kafka', 'pom.xml');
const CLUSTER_ID = 'dG91Y2hwb2ludC10ZXN0cw';
const JVM = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];

/** Starts a broker from jars that Maven fetches once. Throws Unavailable where Java or Maven is missing. */
export async function startLocalKafka(options: KafkaOptions): Promise<Server> {
  const [port = 0, controllerPort = 0] = await freePorts(2);
  return startLocalBroker({ node: 1, port, controllerPort, voters: `1@127.0.0.1:${controllerPort}`, settings: options.settings ?? {}, ...(options.jvm === undefined ? {} : { jvm: options.jvm }) });
}

export interface BrokerPlan {
  readonly node: number;
  readonly port: number;
  readonly controllerPort: number;
  /** All brokers of the cluster, as `controller.quorum.voters` names them. */
  readonly voters: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Its data, when it may not lie where that of others does. */
  readonly data?: string;
  /** Flags of Java; default: those that start fast. */
  readonly jvm?: readonly string[];
}

/** Starts one broker of a cluster, as `startLocalKafka`; it answers only once most of the voters are there. */
export async function startLocalBroker(plan: BrokerPlan): Promise<Server> {
  const java = requireTool('java', 'Java 17 or newer');
  const jars = await kafkaJars();
  const formatted = await formattedFolder(java, jars);
  const data = plan.data ?? newDataFolder('kafka');
  const properties = writeProperties(data, plan);
  const log = join(data, 'log');
  cpSync(formatted, log, { recursive: true });
  const meta = join(log, 'meta.properties');
  const directory = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  writeFileSync(meta, readFileSync(meta, 'utf8').replace(/^node\.id=.*$/m, `node.id=${plan.node}`).replace(/^directory\.id=.*$/m, `directory.id=${directory}`));
  return startLocalServer({
    name: 'kafka',
    command: java,
    args: [...plan.jvm ?? JVM, '-cp', classPath(jars), 'kafka.Kafka', properties],
    env: {},
    data,
    address: `127.0.0.1:${plan.port}`,
    answers: kafkaAnswers,
    startTimeoutMs: 60_000,
  });
}

/** Runs one of the commands that come with Kafka, by its class, to its end. */
export async function runKafkaTool(mainClass: string, args: readonly string[]): Promise<string> {
  const java = requireTool('java', 'Java 17 or newer');
  return run(java, [...JVM, '-cp', classPath(await kafkaJars()), mainClass, ...args], { timeoutMs: 60_000 });
}

function requireTool(command: string, meaning: string): string {
  const found = onPath(command);
  if (found === null) throw new Unavailable(`${meaning} is missing (no ${command} on PATH)`);
  return found;
}

/** The folder of Kafka's jars, made once for each content of the pom. */
function kafkaJars(): Promise<string> {
  const pomDigest = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 16);
  return madeOnce(cacheFolder(`kafka-${pomDigest}`, 'jars'), async (folder) => {
    const maven = requireTool('mvn', 'Maven');
    const args = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
    await run(maven, args, { timeoutMs: 300_000 });
    return folder;
  });
}

/** A log folder that a broker accepts, made once: formatting takes longer than starting. */
function formattedFolder(java: string, jars: string): Promise<string> {
  return madeOnce(join(dirname(jars), 'formatted'), async (folder) => {
    const properties = writeProperties(folder, { node: 1, port: 9092, controllerPort: 9093, voters: '1@127.0.0.1:9093', settings: {} });
    const args = [...JVM, '-cp', classPath(jars), 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties];
    await run(java, args, { timeoutMs: 60_000 });
    return join(folder, 'log');
  });
}

function classPath(jars: string): string {
  return readdirSync(jars).filter((file) => file.endsWith('.jar')).sort().map((file) => join(jars, file)).join(':');
}

function writeProperties(folder: string, { node, port, controllerPort, voters, settings }: BrokerPlan): string {
  const all: Record<string, string> = {
    ...KAFKA_SETTINGS,
    'node.id': String(node),
    'listeners': `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.quorum.voters': voters,
    'log.dirs': join(folder, 'log'),
    ...settings,
  };
  const file = join(folder, 'server.properties');
  writeFileSync(file, Object.entries(all).map(([name, value]) => `${name}=${value}\n`).join(''));
  return file;
}
