import { cpSync, existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { ownRedis, type RedisOptions } from '../../support/real-services.js';
import type { CaseTools } from './case.js';

/** A Redis of the case's own, with what only its machine's owner can do to it. */
export interface FaultyRedis {
  readonly url: string;
  readonly address: string;
  kill(): Promise<void>;
  start(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Cuts so many bytes off the append-only file, as a machine that fails may; only while it is dead. */
  cutTail(bytes: number): Promise<void>;
  /** Copies its files as they are now, and tells how to put the copy in their place while it is dead. */
  copyFiles(): Promise<() => void>;
  /** Sends a command over a connection of its own. */
  tell(command: string, ...args: readonly string[]): Promise<unknown>;
}

export async function faultyRedis({ cleanUp }: Pick<CaseTools, 'cleanUp'>, options: RedisOptions): Promise<FaultyRedis> {
  const server = await ownRedis(options);
  cleanUp(() => server.stop());
  const tell = async (command: string, ...args: readonly string[]): Promise<unknown> => {
    const client = new Redis(server.url, { maxRetriesPerRequest: 20 });
    client.on('error', () => undefined);
    try {
      return await client.call(command, ...args);
    } finally {
      client.disconnect();
    }
  };
  const folder = String(((await tell('CONFIG', 'GET', 'dir')) as string[])[1]);
  const files = (): string => {
    const found = join(folder, 'appendonlydir');
    if (!existsSync(found)) throw new Error(`no append-only files in ${folder}: this case needs a local Redis (TOUCHPOINT_TEST_SERVICES_FROM=local)`);
    return found;
  };
  return {
    url: server.url, address: server.address, kill: server.kill, start: server.start, freeze: server.freeze, thaw: server.thaw, tell,
    async cutTail(bytes) {
      const newest = readdirSync(files()).filter((name) => name.endsWith('.incr.aof')).sort().at(-1);
      if (newest === undefined) throw new Error('there is no append-only file to cut');
      const file = join(files(), newest);
      truncateSync(file, Math.max(0, statSync(file).size - bytes));
    },
    async copyFiles() {
      const copy = join(folder, `copy-${Date.now()}`);
      cpSync(files(), copy, { recursive: true });
      return () => {
        rmSync(files(), { recursive: true });
        cpSync(copy, join(folder, 'appendonlydir'), { recursive: true });
      };
    },
  };
}
