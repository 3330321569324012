import { createRedis } from '../adapters/redis/create-redis.js';
import { createRedisLaneHalts } from '../adapters/redis/lane-halts.js';
import { columns } from '../app/report/layout.js';
import { SOURCE_TOPICS, type SourceTopic } from '../contracts/names.js';
import { instantText } from '../core/instant-text.js';
import type { KeptLane, LaneHalts } from '../pipeline/lane-halts.js';
import type { Decision } from '../pipeline/upkeep.js';
import { CommandFault, configOrFault } from './context.js';

/** `touchpoint lanes list`: exit code 1 while a lane stands still. */
export async function listLanes(): Promise<void> {
  await withLanes((_halts, lanes) => {
    const rows = lanes.map((lane) =>
      [String(lane.lane), doingOf(lane), String(lane.version), String(lane.outbox), String(lane.due), lane.halt === null ? '' : instantText(lane.halt.since)]);
    const text = columns([['lane', 'state', 'commits', 'to publish', 'deadlines', 'since'], ...rows], [1, 5]);
    const halted = lanes.flatMap(({ lane, halt }) => (halt === null ? [] : ['', `Lane ${lane} stands still (${halt.name}):`, `  ${halt.message}`]));
    const next = halted.length === 0 ? [] : ['', 'Put the cause right, then `touchpoint lanes resume LANE`: its owner checks everything again, and stands still again where it finds the same.'];
    process.stdout.write(`${[...text, ...halted, ...next].join('\n')}\n`);
    if (halted.length > 0) process.exitCode = 1;
    return Promise.resolve();
  });
}

function doingOf({ halt, upkeep: { catchUp, sweep } }: KeptLane): string {
  if (halt !== null) return halt.name;
  if (catchUp !== null) return `catches up (${catchUp.why})`;
  return sweep === null ? 'works' : 'works, judging orders anew';
}

interface Meant {
  readonly all?: boolean;
  readonly acceptLoss?: boolean;
}

/** `touchpoint lanes resume LANE...|--all`: exit code 1 where one of them could not be resumed. */
export async function resumeLanes(named: readonly string[], { all = false, acceptLoss = false }: Meant): Promise<void> {
  await withMeant('resume', named, all, (halts, lane) => resume(halts, lane, { all, acceptLoss }));
}

/** Losses over which a lane can go on; the others leave nothing to go on with. */
const ACCEPTABLE = ['records_lost', 'topic_replaced', 'said_lost'];

async function resume(halts: LaneHalts, { lane, halt }: KeptLane, { all, acceptLoss }: Required<Meant>): Promise<void> {
  if (halt === null) {
    if (!all) tell(`lane ${lane} does not stand still`);
    return;
  }
  if (acceptLoss && !ACCEPTABLE.includes(halt.name)) {
    tell(`lane ${lane}: ${halt.name} is no loss that could be accepted; \`touchpoint lanes list\` says what to do`);
    process.exitCode = 1;
    return;
  }
  const done = await (acceptLoss ? halts.decide(lane, halt, { kind: 'accept_loss', halt: halt.name }) : halts.lift(lane, halt));
  if (!done) tellChanged(lane);
  else if (acceptLoss) tell(`lane ${lane}: ${halt.name} is accepted, and the lane goes on within some ten seconds over this: ${halt.message}`);
  else tell(`lane ${lane}: ${halt.name} is lifted; its owner checks it within some ten seconds, and goes on if it finds nothing`);
}

/** `touchpoint lanes rebuild LANE...|--all`: exit code 1 where one of them was changed meanwhile. */
export async function rebuildLanes(named: readonly string[], { all = false, acceptLoss = false }: Meant): Promise<void> {
  await withMeant('rebuild', named, all, async (halts, { lane, halt }) => {
    const done = await halts.decide(lane, halt, { kind: 'rebuild', acceptLoss });
    if (done) tell(`lane ${lane}: its state is made anew from the topics, from within some ten seconds on; \`touchpoint lanes list\` shows when it works again`);
    else tellChanged(lane);
  });
}

/** `touchpoint lanes rewind LANE --topic --offset`: exit code 1 where the lane was changed meanwhile. */
export async function rewindLane(named: string, options: { readonly topic: string; readonly offset: string }): Promise<void> {
  const topic = topicOf(options.topic);
  if (!/^\d{1,15}$/.test(options.offset)) throw new CommandFault(`${options.offset}: expected an offset, from 0`, 2);
  const decision: Decision = { kind: 'rewind', topic, offset: Number(options.offset) };
  await withMeant('rewind', [named], false, async (halts, { lane, halt }) => {
    if (halt !== null) throw new CommandFault(`Lane ${lane} stands still (${halt.name}): see \`touchpoint lanes list\`, and resume it first`, 1);
    if (await halts.decide(lane, null, decision)) tell(`lane ${lane}: ${options.topic} is read again from offset ${options.offset}, or its oldest record, from within some ten seconds on; what is known already counts once`);
    else tellChanged(lane);
  });
}

function topicOf(name: string): SourceTopic {
  const { topics } = configOrFault();
  const found = SOURCE_TOPICS.find((topic) => topic === name || topics.sources[topic] === name);
  if (found === undefined || !topics.subscribed.includes(found)) throw new CommandFault(`${name}: expected a source topic that is read, one of ${topics.subscribed.join(', ')}`, 2);
  return found;
}

const tell = (line: string): void => { process.stdout.write(`${line}\n`); };

function tellChanged(lane: number): void {
  tell(`lane ${lane} was changed meanwhile; look again with \`touchpoint lanes list\``);
  process.exitCode = 1;
}

function laneNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new CommandFault(`${text}: expected the number of a lane, from 0`, 2);
  return Number(text);
}

/** Does it to each lane that was named, or to all. */
async function withMeant(verb: string, named: readonly string[], all: boolean, act: (halts: LaneHalts, lane: KeptLane) => Promise<void>): Promise<void> {
  if ((named.length === 0) !== all) throw new CommandFault(`Name the lanes to ${verb}, such as \`touchpoint lanes ${verb} 3\`, or say --all`, 2);
  const wanted = new Set(named.map(laneNumber));
  await withLanes(async (halts, lanes) => {
    const missing = [...wanted].find((lane) => !lanes.some((kept) => kept.lane === lane));
    if (missing !== undefined) throw new CommandFault(`Redis knows no lane ${missing}: \`touchpoint lanes list\` shows those there are`, 2);
    for (const lane of lanes) if (all || wanted.has(lane.lane)) await act(halts, lane);
  });
}

async function withLanes(work: (halts: LaneHalts, lanes: readonly KeptLane[]) => Promise<void>): Promise<void> {
  const { redisUrl, redisPrefix } = configOrFault();
  if (redisUrl === null) throw new CommandFault('REDIS_URL is not set: name the Redis that keeps the lanes, such as REDIS_URL=redis://127.0.0.1:6379', 2);
  let trouble = '';
  const redis = createRedis({ url: redisUrl, onTrouble: ({ message }) => { trouble = message; } });
  try {
    const halts = createRedisLaneHalts(redis, redisPrefix);
    const lanes = await halts.lanes();
    if (lanes.length === 0) throw new CommandFault(`Redis holds no lanes under the prefix ${redisPrefix}: check REDIS_URL and redis.prefix, or start \`touchpoint serve\` first`, 1);
    await work(halts, lanes);
  } catch (error) {
    if (error instanceof CommandFault) throw error;
    throw new CommandFault(`Redis does not answer: ${trouble || String(error)}. Check REDIS_URL`, 1);
  } finally {
    redis.disconnect();
  }
}
