import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Installation } from './installation.js';
import { redisInfo, redisSettings } from './redis-info.js';
import type { Servers } from './servers.js';

/** What was measured on, in one line: figures of different machines can't be compared but for their ratios. */
export async function machine(servers: Servers, { redis }: Installation): Promise<string> {
  const { version, appendfsync, rewriteFrom } = { ...await redisInfo(redis), ...await redisSettings(redis) };
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${memory} GB; Node ${process.versions.node}; ${servers.kafka}; Redis ${version}, appendfsync ${appendfsync || 'not told'}${rewriteFrom > 0 ? `, its file written anew from ${Math.round(rewriteFrom / 2 ** 20)} MB on` : ''}`;
}
