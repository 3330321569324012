import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { run } from '../../test/support/services/run-command.js';

/**
 * A folder of the comparison bench: CX-1, which makes the events; the same job done by Kafka Streams; and tools that measure and check any
 * program from outside. It is no part of this repository.
 */
export interface Checkout {
  readonly folder: string;
  /** Fills the source topics, and writes what there is to be found. */
  readonly generate: string;
  /** Has Kafka Streams work them off, and says what that took. */
  readonly kafkaStreams: string;
  /** Watches a consumer group work them off, and says what that took. */
  readonly drain: string;
  /** Compares what was published with what there is to be found. */
  readonly check: string;
}

const JAVA_PROGRAM = 'peer-kafka-streams';
const LIBRARIES = join(JAVA_PROGRAM, 'target', 'lib');
const PROGRAMS = { generate: join('cx1', 'generate.mjs'), kafkaStreams: join(JAVA_PROGRAM, 'run.sh'), drain: join('measure', 'drain.mjs'), check: join('measure', 'check.mjs') };
const BUILT = [join(JAVA_PROGRAM, 'target', 'peer-kafka-streams-1.jar'), LIBRARIES];
const PACKAGES = ['kafkajs', 'ioredis'];
const VERSION_MS = 30_000;

export function checkoutIn(given: string): Checkout {
  const folder = resolve(given);
  const { generate, kafkaStreams, drain, check } = PROGRAMS;
  return { folder, generate: join(folder, generate), kafkaStreams: join(folder, kafkaStreams), drain: join(folder, drain), check: join(folder, check) };
}

/** What it lacks and what to do about that, a line each; empty when it can be run. */
export function lacksOf({ folder, generate }: Checkout): readonly string[] {
  const absent = (paths: readonly string[]): readonly string[] => paths.filter((path) => !existsSync(join(folder, path)));
  const { resolve: find } = createRequire(generate);
  const told = (names: readonly string[], advice: string): readonly string[] => (names.length === 0 ? [] : [`${names.join(', ')}: missing; ${advice}`]);
  const programs = told(absent(Object.values(PROGRAMS)), 'give the folder of a checkout of the comparison bench');
  // Of a folder that is another one altogether nothing needs to be built.
  if (programs.length > 0) return programs;
  return [
    ...told(absent(BUILT), `run \`mvn -q package\` in its ${JAVA_PROGRAM}`),
    ...told(PACKAGES.filter((name) => !resolves(find, name)).map((name) => `package ${name}`), 'run `npm install` in it'),
  ];
}

/** Of Kafka Streams, as its jar is called, and of the Java that runs it. @throws where there is none */
export async function versionsOf({ folder }: Checkout): Promise<string> {
  const streams = /^kafka-streams-(.+)\.jar$/m.exec(readdirSync(join(folder, LIBRARIES)).join('\n'))?.[1];
  const java = /^\S+ ([\d.]+)/.exec(await run(process.env['JAVA'] || 'java', ['--version'], { timeoutMs: VERSION_MS }))?.[1];
  return `${streams ?? 'unknown'} (Java ${java ?? 'unknown'})`;
}

function resolves(find: (name: string) => string, name: string): boolean {
  try {
    return find(name) !== '';
  } catch {
    return false;
  }
}
