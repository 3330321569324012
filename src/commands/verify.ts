import { setTimeout as delay } from 'node:timers/promises';
import { kafkaAwayText } from '../adapters/kafka/fault-words.js';
import { asError } from '../core/as-error.js';
import { createLogger } from '../adapters/telemetry/logger.js';
import type { Config } from '../app/config.js';
import { GroundUnfit } from '../app/ground.js';
import { verificationJson, renderVerification } from '../app/verify-report.js';
import { type Verification, verify, type VerifyProgress } from '../app/verify.js';
import { CommandFault, configOrFault } from './context.js';
import { demandWritable, writeJsonOrFault } from './output-file.js';

export interface VerifyCommandOptions {
  readonly rate: string;
  readonly lane?: readonly string[];
  readonly json?: string;
  readonly stopAtFirst?: boolean;
}

const PROGRESS_EVERY_MS = 1_000;
/** Where stderr is no terminal. */
const PROGRESS_IN_LOGS_MS = 10_000;

/** `touchpoint verify`: exit code 0 without differences, 1 with some, 2 when it could not verify. */
export async function verifyInstallation(options: VerifyCommandOptions): Promise<void> {
  const rate = Number(options.rate);
  if (options.rate.trim() === '' || !(rate >= 0)) throw new CommandFault(`--rate ${options.rate}: expected records a second, 0 for no bound`, 2);
  const lanes = options.lane?.map(laneNumber) ?? null;
  demandWritable({ '--json': options.json });
  const config = configOrFault();
  const done = await run(config, { lanes, rate, stopAtFirst: options.stopAtFirst === true }).catch((error: unknown) => {
    if (error instanceof CommandFault) throw error;
    if (error instanceof GroundUnfit) throw new CommandFault(`Nothing was verified:\n${error.findings.map((f) => `- ${f}`).join('\n')}`, 2);
    const fault = asError(error);
    throw new CommandFault(`The verification ended early, and says nothing: ${kafkaAwayText(fault) ?? fault.message}`, 2);
  });
  process.stdout.write(renderVerification(done));
  if (options.json !== undefined) writeJsonOrFault(options.json, verificationJson(done));
  process.exitCode = done.found.length === 0 ? 0 : 1;
}

async function run({ kafka, redisUrl, ...rest }: Config, options: { lanes: readonly number[] | null; rate: number; stopAtFirst: boolean }): Promise<Verification> {
  if (kafka === null || redisUrl === null) throw new CommandFault('KAFKA_BROKERS and REDIS_URL must both be set, as they are for serve', 2);
  const config = { kafka, redisUrl, ...rest };
  const logger = createLogger({ level: config.logLevel === 'info' ? 'error' : config.logLevel, pretty: process.stderr.isTTY, destination: process.stderr });
  const { openVerifyGround } = await import('../app/verify-ground.js');
  const ground = await openVerifyGround(config, kafka, redisUrl, logger);
  try {
    const wrong = options.lanes?.find((lane) => lane >= ground.logs.lanes);
    if (wrong !== undefined) throw new CommandFault(`--lane ${wrong}: the topics have ${ground.logs.lanes} partitions, from 0`, 2);
    return await verify(config, ground, { ...options, pause: (ms) => delay(ms), progress: progressLine() });
  } finally {
    await ground.close();
  }
}

function laneNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new CommandFault(`--lane ${text}: expected the number of a partition, from 0`, 2);
  return Number(text);
}

/** One line on the terminal that is written over; now and then one where stderr is none. */
function progressLine(): (so: VerifyProgress) => void {
  const isTerminal = process.stderr.isTTY;
  let last = performance.now();
  return ({ lane, done, of, records, orders }) => {
    const now = performance.now();
    if (now - last < (isTerminal ? PROGRESS_EVERY_MS : PROGRESS_IN_LOGS_MS)) return;
    last = now;
    const text = `lane ${lane} (${done} of ${of} done): ${records.toLocaleString('en')} records read, ${orders.toLocaleString('en')} orders compared`;
    process.stderr.write(isTerminal ? `\r${text}\u001b[K` : `${text}\n`);
  };
}
