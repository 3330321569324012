import { createLogger } from '../../src/adapters/telemetry/logger.js';
import { createTelemetry } from '../../src/adapters/telemetry/telemetry.js';
import type { Ground } from '../../src/app/ground.js';
import { kafkaGround } from '../../src/app/kafka-ground.js';
import { createRulebook } from '../../src/app/rulebook.js';
import { startService } from '../../src/app/service.js';
import { configOrFault, sinksOrFault } from '../../src/commands/context.js';
import { SIGNAL_RULES } from '../../src/core/signals/catalogue.js';
import type { SignalRule } from '../../src/core/signals/rule.js';
import type { OutputLog } from '../../src/pipeline/ports.js';
import type { Defect } from './harness/worker-process.js';

/**
 * `touchpoint serve` with a defect in it, told as JSON in the first argument: it is killed (or frozen) at a certain call to
 * its store or log, or one of its rules throws. Everything else is the built product, put together as serve does.
 */

/** Calls of the operation so far. */
let calls = 0;
const defect = JSON.parse(process.argv[2] ?? '{}') as Defect;
const config = configOrFault();
if (config.kafka === null || config.redisUrl === null) throw new Error('KAFKA_BROKERS and REDIS_URL are needed');
const logger = createLogger({ level: config.logLevel, pretty: false });
const telemetry = createTelemetry({ logger });
if (defect.ruleThrowsFor !== undefined) breakRule(defect.ruleThrowsFor);
const ground = sapped(await kafkaGround(config, config.kafka, config.redisUrl, logger));
const service = await startService({
  config, telemetry, ground, rulebook: createRulebook({ config, telemetry, now: () => Date.now(), reread: () => ({ kind: 'config', config }) }),
  sinks: sinksOrFault(config), jwks: null,
  failed: (error) => {
    logger.fatal({ event: 'service.failed', err: error }, `cannot go on: ${error.message}`);
    process.exit(1);
  },
});
logger.info({ event: 'service.ready', url: service.url }, 'ready');
process.once('SIGTERM', () => void service.stop().then(() => process.exit(0)));

function sapped(sound: Ground): Ground {
  if (defect.die === undefined) return sound;
  const output: OutputLog = {
    ...sound.output,
    // Changes and journeys go by the same call; which of them it is matters here.
    publish: (lane, records) => mined(records[0]?.seq === null ? 'publishJourneys' : 'publish', () => sound.output.publish(lane, records)),
  };
  return { ...sound, source: mine(sound.source), store: mine(sound.store), output: mine(output, ['publish']) };
}

/** The same part, each of whose functions is a call at which the process may die. */
function mine<T extends object>(part: T, but: readonly string[] = []): T {
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [
    name, typeof value !== 'function' || but.includes(name) ? value : (...args: unknown[]) => mined(name, () => (value as (...all: unknown[]) => unknown).apply(part, args)),
  ])) as T;
}

function mined<T>(operation: string, call: () => T): T {
  if (defect.die?.operation !== operation) return call();
  const { when, nth, signal } = defect.die;
  calls += 1;
  if (calls !== nth) return call();
  const die = (): void => void process.kill(process.pid, signal);
  if (when === 'before') die();
  const result = call();
  if (when === 'during') setTimeout(die, defect.die.afterMs ?? 0);
  if (when === 'after') return (result instanceof Promise ? result.then((value: unknown) => { die(); return value; }) : (die(), result)) as T;
  return result;
}
/** As if the first rule of the catalogue had a defect that only some orders meet. */
function breakRule(carrier: string): void {
  const rules = SIGNAL_RULES as SignalRule[];
  const [first] = rules;
  if (first === undefined) throw new Error('there is no rule to break');
  rules[0] = {
    ...first,
    judge(order) {
      if (order.place.carrier === carrier) throw new Error('planted defect');
      return first.judge(order);
    },
  };
}
