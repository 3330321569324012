import { createRedis } from '../adapters/redis/create-redis.js';
import { createRedisLaneHalts } from '../adapters/redis/lane-halts.js';
import { columns } from '../app/report/layout.js';
import { instantText } from '../core/instant-text.js';
import type { KeptLane, LaneHalts } from '../pipeline/lane-halts.js';
import { CommandFault, configOrFault } from './context.js';

/** `touchpoint lanes list`: exit code 1 while a lane stands still. */
export async function listLanes(): Promise<void> {
  await withLanes((_halts, lanes) => {
    const rows = lanes.map(({ lane, version, halt, outbox, due }) =>
      [String(lane), halt?.name ?? 'works', String(version), String(outbox), String(due), halt === null ? '' : instantText(halt.since)]);
    const text = columns([['lane', 'state', 'commits', 'to publish', 'deadlines', 'since'], ...rows], [1, 5]);
    const halted = lanes.flatMap(({ lane, halt }) => (halt === null ? [] : ['', `Lane ${lane} stands still (${halt.name}):`, `  ${halt.message}`]));
    const next = halted.length === 0 ? [] : ['', 'Put the cause right, then `touchpoint lanes resume LANE`: its owner checks everything again, and stands still again where it finds the same.'];
    process.stdout.write(`${[...text, ...halted, ...next].join('\n')}\n`);
    if (halted.length > 0) process.exitCode = 1;
    return Promise.resolve();
  });
}

/** `touchpoint lanes resume LANE...|--all`: exit code 1 where one of them could not be resumed. */
export async function resumeLanes(named: readonly string[], { all = false }: { readonly all?: boolean }): Promise<void> {
  if ((named.length === 0) !== all) throw new CommandFault('Name the lanes to resume, such as `touchpoint lanes resume 3`, or say --all', 2);
  const wanted = new Set(named.map(laneNumber));
  await withLanes(async (halts, lanes) => {
    const missing = [...wanted].find((lane) => !lanes.some((kept) => kept.lane === lane));
    if (missing !== undefined) throw new CommandFault(`Redis knows no lane ${missing}: \`touchpoint lanes list\` shows those there are`, 2);
    for (const lane of lanes) if (all || wanted.has(lane.lane)) await resume(halts, lane, all);
  });
}

async function resume(halts: LaneHalts, { lane, halt }: KeptLane, quietly: boolean): Promise<void> {
  if (halt === null) {
    if (!quietly) process.stdout.write(`lane ${lane} does not stand still\n`);
    return;
  }
  if (await halts.lift(lane, halt)) {
    process.stdout.write(`lane ${lane}: ${halt.name} is lifted; its owner checks it within some ten seconds, and goes on if it finds nothing\n`);
    return;
  }
  process.stdout.write(`lane ${lane} was changed meanwhile; look again with \`touchpoint lanes list\`\n`);
  process.exitCode = 1;
}

function laneNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new CommandFault(`${text}: expected the number of a lane, from 0`, 2);
  return Number(text);
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
