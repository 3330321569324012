import { connectRedis } from '../app/connect-redis.js';
import { intakePrefix } from '../adapters/redis/intake-store.js';
import { whenFound } from '../adapters/redis/check-redis.js';
import { createRedisLaneHalts } from '../adapters/redis/lane-halts.js';
import type { RedisClient } from '../adapters/redis/script.js';
import { columns } from '../app/report/layout.js';
import { SOURCE_TOPICS, type SourceTopic } from '../contracts/names.js';
import { instantText } from '../core/instant-text.js';
import { catalogueOf } from '../pipeline/judge.js';
import { NewerLaneFormatError } from '../pipeline/lane-format.js';
import type { KeptLane, LaneHalts } from '../pipeline/lane-halts.js';
import { INTAKE_NAME } from '../pipeline/mapping/intake-lane.js';
import type { Decision } from '../pipeline/upkeep.js';
import { CommandFault, configOrFault } from './context.js';

/** `touchpoint lanes list`: exit code 1 while a lane stands still. */
export async function listLanes(): Promise<void> {
  await withLanes((lanes, catalogue) => {
    const rows = lanes.map((lane) =>
      [lane.name, doingOf(lane, lane.isIntake ? null : catalogue), String(lane.version), String(lane.outbox), String(lane.due), lane.halt === null ? '' : instantText(lane.halt.since)]);
    const text = columns([['lane', 'state', 'commits', 'to publish', 'deadlines', 'since'], ...rows], [1, 5]);
    const halted = lanes.flatMap(({ halt, ...lane }) => (halt === null ? [] : ['', `${capital(calling(lane))} stands still (${halt.name}):`, `  ${halt.message}`]));
    const next = halted.length === 0 ? [] : ['', 'Put the cause right, then `touchpoint lanes resume LANE`: its owner checks everything again, and stands still again where it finds the same.'];
    process.stdout.write(`${[...text, ...halted, ...next].join('\n')}\n`);
    if (halted.length > 0) process.exitCode = 1;
    return Promise.resolve();
  });
}

/** `catalogue`: that of the present configuration; null: the lane judges nothing. */
function doingOf({ halt, upkeep: { catchUp, sweep, judgedBy } }: KeptLane, catalogue: string | null): string {
  if (halt !== null) return halt.name;
  if (catchUp !== null) return `catches up (${catchUp.why})`;
  if (sweep !== null) return 'works, judging orders anew';
  return catalogue === null || judgedBy === null || judgedBy === catalogue ? 'works' : 'works, by other rules than configured';
}

interface Meant {
  readonly all?: boolean;
  readonly acceptLoss?: boolean;
}

/** `touchpoint lanes resume LANE...|--all`: exit code 1 where one of them could not be resumed. */
export async function resumeLanes(named: readonly string[], { all = false, acceptLoss = false }: Meant): Promise<void> {
  await withMeant('resume', named, all, (lane) => resume(lane, { all, acceptLoss }));
}

/** Losses over which a lane can go on; the others leave nothing to go on with. The intake writes again what it wrote, with the same ids. */
const ACCEPTABLE = ['records_lost', 'topic_replaced', 'said_lost'];
const ACCEPTABLE_TO_INTAKE = ['records_lost', 'topic_replaced', 'state_lost'];

async function resume(named: NamedLane, { all, acceptLoss }: Required<Meant>): Promise<void> {
  const { halts, lane, halt } = named;
  const called = calling(named);
  if (halt === null) {
    if (!all) tell(`${called} does not stand still`);
    return;
  }
  if (acceptLoss && !(named.isIntake ? ACCEPTABLE_TO_INTAKE : ACCEPTABLE).includes(halt.name)) {
    tell(`${called}: ${halt.name} is no loss that could be accepted; \`touchpoint lanes list\` says what to do`);
    process.exitCode = 1;
    return;
  }
  const done = await (acceptLoss ? halts.decide(lane, halt, { kind: 'accept_loss', halt: halt.name }) : halts.lift(lane, halt));
  if (!done) tellChanged(called);
  else if (acceptLoss) tell(`${called}: ${halt.name} is accepted, and it goes on within some ten seconds over this: ${halt.message}`);
  else tell(`${called}: ${halt.name} is lifted; its owner checks it within some ten seconds, and goes on if it finds nothing`);
}

/** `touchpoint lanes rebuild LANE...|--all`: exit code 1 where one of them was changed meanwhile. */
export async function rebuildLanes(named: readonly string[], { all = false, acceptLoss = false }: Meant): Promise<void> {
  await withMeant('rebuild', named, all, async ({ isIntake, halts, lane, halt }) => {
    if (isIntake) return;
    const done = await halts.decide(lane, halt, { kind: 'rebuild', acceptLoss });
    if (done) tell(`lane ${lane}: its state is made anew from the topics, from within some ten seconds on; \`touchpoint lanes list\` shows when it works again`);
    else tellChanged(`lane ${lane}`);
  });
}

/** `touchpoint lanes rewind LANE --topic --offset`: exit code 1 where the lane was changed meanwhile. */
export async function rewindLane(named: string, options: { readonly topic: string; readonly offset: string }): Promise<void> {
  const topic = topicOf(options.topic);
  if (!/^\d{1,15}$/.test(options.offset)) throw new CommandFault(`${options.offset}: expected an offset, from 0`, 2);
  const decision: Decision = { kind: 'rewind', topic, offset: Number(options.offset) };
  await withMeant('rewind', [named], false, async ({ halts, lane, halt }) => {
    if (halt !== null) throw new CommandFault(`Lane ${lane} stands still (${halt.name}): see \`touchpoint lanes list\`, and resume it first`, 1);
    if (await halts.decide(lane, null, decision)) tell(`lane ${lane}: ${options.topic} is read again from offset ${options.offset}, or its oldest record, from within some ten seconds on, unless it was not read that far yet; what is known already counts once`);
    else tellChanged(`lane ${lane}`);
  });
}

function topicOf(name: string): SourceTopic {
  const { topics } = configOrFault();
  const found = SOURCE_TOPICS.find((topic) => topic === name || topics.sources[topic] === name);
  if (found === undefined || !topics.subscribed.includes(found)) throw new CommandFault(`${name}: expected a source topic that is read, one of ${topics.subscribed.join(', ')}`, 2);
  return found;
}

const tell = (line: string): void => { process.stdout.write(`${line}\n`); };

function tellChanged(called: string): void {
  tell(`${called} was changed meanwhile; look again with \`touchpoint lanes list\``);
  process.exitCode = 1;
}

/** A lane, or the intake, as a person names it. */
interface NamedLane extends KeptLane {
  readonly name: string;
  readonly isIntake: boolean;
  readonly halts: LaneHalts;
}

const calling = ({ isIntake, name }: Pick<NamedLane, 'isIntake' | 'name'>): string => (isIntake ? 'the intake' : `lane ${name}`);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function laneName(text: string): string {
  if (text === INTAKE_NAME) return text;
  if (!/^\d{1,6}$/.test(text)) throw new CommandFault(`${text}: expected the number of a lane, from 0, or ${INTAKE_NAME}`, 2);
  return String(Number(text));
}

/** Does it to each lane that was named, or to all. */
async function withMeant(verb: 'resume' | 'rebuild' | 'rewind', named: readonly string[], all: boolean, act: (lane: NamedLane) => Promise<void>): Promise<void> {
  if ((named.length === 0) !== all) throw new CommandFault(`Name the lanes to ${verb}, such as \`touchpoint lanes ${verb} 3\`, or say --all`, 2);
  const wanted = new Set(named.map(laneName));
  if (verb !== 'resume' && wanted.has(INTAKE_NAME)) throw new CommandFault(`${verb} is for lanes of orders; the intake can only be resumed`, 2);
  await withLanes(async (lanes) => {
    const missing = [...wanted].find((name) => !lanes.some((kept) => kept.name === name));
    if (missing !== undefined) throw new CommandFault(missing === INTAKE_NAME ? 'Redis knows of no intake: `touchpoint intake` was not started under this prefix' : `Redis knows no lane ${missing}: \`touchpoint lanes list\` shows those there are`, 2);
    for (const lane of lanes) if (all || wanted.has(lane.name)) await act(lane);
  });
}

async function withLanes(work: (lanes: readonly NamedLane[], catalogue: string) => Promise<void>): Promise<void> {
  const config = configOrFault();
  const { redisUrl, redisPrefix, rules, covered } = config;
  if (redisUrl === null) throw new CommandFault('REDIS_URL is not set: name the Redis that keeps the lanes, such as REDIS_URL=redis://127.0.0.1:6379', 2);
  let trouble = '';
  const redis = connectRedis(config, redisUrl, { onTrouble: ({ message }) => { trouble = message; } });
  try {
    await whenFound(redis);
    const lanes = await lanesUnder(redis, redisPrefix);
    if (lanes.length === 0) throw new CommandFault(`Redis holds no lanes under the prefix ${redisPrefix}: check REDIS_URL and redis.prefix, or start \`touchpoint serve\` first`, 1);
    await work(lanes, catalogueOf({ rules, covered }));
  } catch (error) {
    if (error instanceof CommandFault) throw error;
    if (error instanceof NewerLaneFormatError) throw new CommandFault(error.message, 1);
    throw new CommandFault(`Redis does not answer: ${trouble || String(error)}. Check REDIS_URL`, 1);
  } finally {
    redis.disconnect();
  }
}

async function lanesUnder(redis: RedisClient, prefix: string): Promise<readonly NamedLane[]> {
  const ofOrders = createRedisLaneHalts(redis, prefix);
  const ofIntake = createRedisLaneHalts(redis, intakePrefix(prefix));
  return [
    ...(await ofOrders.lanes()).map((kept): NamedLane => ({ ...kept, name: String(kept.lane), isIntake: false, halts: ofOrders })),
    ...(await ofIntake.lanes()).map((kept): NamedLane => ({ ...kept, name: INTAKE_NAME, isIntake: true, halts: ofIntake })),
  ];
}
