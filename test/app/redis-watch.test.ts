import { expect, test } from '@jest/globals';
import { redisFaultWords } from '../../src/adapters/redis/fault-words.js';
import { createLogger } from '../../src/adapters/telemetry/logger.js';
import { redisWatch } from '../../src/app/redis-watch.js';

function listening(url = 'redis://worker:secret@cache.example:6380/3') {
  const lines: { readonly level: string; readonly event: string; readonly msg: string }[] = [];
  const clock = { at: 1_000 };
  const logger = createLogger({ level: 'info', pretty: false, destination: { write: (text: string) => void lines.push(JSON.parse(text) as (typeof lines)[number]) } });
  return { lines, clock, watch: redisWatch(logger, url, () => clock.at) };
}

test('a Redis that is away is told of at once, then every half minute, and that it is back once', () => {
  const { lines, clock, watch } = listening();
  watch.onReady();
  for (const until = clock.at + 65_000; clock.at < until; clock.at += 500) watch.onTrouble(new Error('connect ECONNREFUSED 10.0.0.7:6380'));
  watch.onReady();
  watch.onReady();
  expect(lines.map(({ level, event, msg }) => [level, event, msg])).toEqual([
    ['warn', 'redis.trouble', 'Redis at cache.example:6380 is away (connect ECONNREFUSED 10.0.0.7:6380): nothing is processed until it answers; nothing is lost by that, and it goes on by itself'],
    ['warn', 'redis.trouble', expect.stringContaining('is away, for 30 s now (')],
    ['warn', 'redis.trouble', expect.stringContaining('is away, for 60 s now (')],
    ['info', 'redis.back', 'Redis at cache.example:6380 answers again, after 65 s'],
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/secret|worker:/);
  watch.onTrouble(new Error('connect ECONNREFUSED 10.0.0.7:6380'));
  expect(lines).toHaveLength(5);
});

test('what the client says in words of its own is told in ours', () => {
  const { lines, watch } = listening('redis://localhost');
  watch.onTrouble(new Error("Socket timeout. Expecting data, but didn't receive any in 5000ms."));
  expect(lines[0]?.msg).toContain('Redis at localhost:6379 is away (Redis does not answer)');
  expect([
    'Reached the max retries per request limit (which is 5). Refer to "maxRetriesPerRequest" option for details.', 'Connection is closed.', "Cluster isn't ready and enableOfflineQueue options is false",
    'Command timed out', 'Command aborted due to connection close', 'OOM command not allowed',
  ].map((text) => redisFaultWords(new Error(text)))).toEqual(['Redis is away', 'Redis is away', 'Redis is away', 'Redis does not answer', 'the connection to Redis broke', null]);
});

test('a fault without a message is told by its code', () => {
  const { lines, watch } = listening('rediss://[::1]:6379');
  watch.onTrouble(Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }));
  expect(lines[0]?.msg).toContain('Redis at [::1]:6379 is away (ECONNREFUSED)');
});
