import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** A connection to one server or to a cluster, with replies in RESP2 shape (see createRedis). */
export type RedisClient = Redis | Cluster;

/** A Lua script that Redis runs as a whole, nothing in between. */
export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha: string;
}

export const script = (name: string, lua: string): Script => ({ name, lua, sha: createHash('sha1').update(lua).digest('hex') });

/** What a script may answer. */
export type Reply = Buffer | number | null | readonly Reply[];

const isUnknownScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT');

/**
 * Runs a script by its digest, sending the text only when this server hasn't seen it (first use, restart, failover);
 * then it was not run, so that sending it again is safe.
 */
export const run = async (client: RedisClient, { sha, lua }: Script, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<Reply> => {
  try {
    return (await client.callBuffer('evalsha', [sha, keys.length, ...keys, ...args])) as Reply;
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    return (await client.callBuffer('eval', [lua, keys.length, ...keys, ...args])) as Reply;
  }
};

const unexpected = (what: string, reply: unknown): Error => new Error(`Redis answered with ${typeof reply} where ${what} belongs: is something else writing under this prefix?`);

export const listOf = (reply: Reply | undefined, what: string): readonly Reply[] => {
  if (Array.isArray(reply)) return reply as readonly Reply[];
  throw unexpected(what, reply);
};

export const bytesOf = (reply: Reply | undefined, what: string): Buffer => {
  if (Buffer.isBuffer(reply)) return reply;
  throw unexpected(what, reply);
};

export const textOf = (reply: Reply | undefined, what: string): string => bytesOf(reply, what).toString();

/** A whole number, whether Redis answered with one or with its text. */
export const wholeOf = (reply: Reply | undefined, what: string): number => {
  const value = typeof reply === 'number' ? reply : Number(textOf(reply, what));
  if (Number.isSafeInteger(value)) return value;
  throw unexpected(what, reply);
};
