import type { RedisClient } from './script.js';

/** Keys looked at in one call; Redis serves nobody else meanwhile. */
const AT_ONCE = 1_000;

/** The characters that a pattern of Redis's gives a meaning. */
const literally = (text: string): string => text.replace(/[\\*?[\]]/g, String.raw`\$&`);

/** All keys that begin so, in pieces, some perhaps twice; those that come and go meanwhile perhaps not. */
export async function* keysBeginning(client: RedisClient, beginning: string): AsyncGenerator<readonly string[]> {
  for (const node of 'nodes' in client ? client.nodes('master') : [client]) {
    let cursor = '0';
    do {
      const [next, found] = await node.scan(cursor, 'MATCH', `${literally(beginning)}*`, 'COUNT', AT_ONCE);
      if (found.length > 0) yield found;
      cursor = next;
    } while (cursor !== '0');
  }
}
