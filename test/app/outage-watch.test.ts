import { expect, test } from '@jest/globals';
import { redisFaultWords } from '../../src/adapters/redis/fault-words.js';
import { createLogger } from '../../src/adapters/telemetry/logger.js';
import { askBrokers, kafkaWatch, type OutageWatch, redisWatch } from '../../src/app/outage-watch.js';

function logged() {
  const lines: { readonly level: string; readonly event: string; readonly msg: string }[] = [];
  const clock = { at: 1_000 };
  const logger = createLogger({ level: 'info', pretty: false, destination: { write: (text: string) => void lines.push(JSON.parse(text) as (typeof lines)[number]) } });
  return { lines, clock, logger, ticks: () => clock.at };
}

function listening(url = 'redis://worker:secret@cache.example:6380/3') {
  const log = logged();
  return { ...log, watch: redisWatch(log.logger, url, log.ticks) };
}

/** Lets so much time pass in which it is away. */
function away({ clock }: { readonly clock: { at: number } }, watch: OutageWatch, ms: number, fault: Error): void {
  for (const until = clock.at + ms; clock.at < until; clock.at += 500) watch.onTrouble(fault);
}

test('a Redis that is away is told of at once, then every half minute, and that it is back once', () => {
  const { lines, clock, watch } = listening();
  watch.onReady();
  away({ clock }, watch, 65_000, new Error('connect ECONNREFUSED 10.0.0.7:6380'));
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

test('the same of Kafka, with all brokers that are named', () => {
  const { lines, clock, logger, ticks } = logged();
  const watch = kafkaWatch(logger, ['kafka-1:9092', 'kafka-2:9092'], ticks);
  watch.onReady();
  away({ clock }, watch, 65_000, new Error('Connection error: connect ECONNREFUSED 10.0.0.7:9092'));
  watch.onReady();
  watch.onReady();
  expect(lines.map(({ level, event, msg }) => [level, event, msg])).toEqual([
    ['warn', 'kafka.trouble', 'Kafka at kafka-1:9092, kafka-2:9092 is away (connect ECONNREFUSED 10.0.0.7:9092): nothing is read and nothing is published until a broker answers, so alerts come late; nothing is lost by that, and all goes on by itself. Look at the brokers, and at the network to them'],
    ['warn', 'kafka.trouble', expect.stringContaining('is away, for 30 s now (')],
    ['warn', 'kafka.trouble', expect.stringContaining('is away, for 60 s now (')],
    ['info', 'kafka.back', 'Kafka at kafka-1:9092, kafka-2:9092 answers again, after 65 s'],
  ]);
});

test.each([
  ['no answer within 5000 ms', 'is away (no answer within 5 s)', 'Look at the brokers'],
  ['Connection error: certificate has expired', 'cannot be used (certificate has expired)', 'Set KAFKA_SSL_CA_FILE'],
  ['SASL PLAIN authentication failed: Invalid username or password', 'cannot be used (SASL PLAIN authentication failed: Invalid username or password)', 'Check KAFKA_SASL_MECHANISM'],
])('of Kafka it is told at once what is wrong, and what to look at: %s', (message, why, advice) => {
  const { lines, logger } = logged();
  kafkaWatch(logger, ['kafka-1:9092']).onTrouble(new Error(message));
  expect(lines[0]?.msg).toContain(why);
  expect(lines[0]?.msg).toContain(advice);
});

test('brokers are asked at once, and one that is left says nothing more', async () => {
  const { lines, logger } = logged();
  let fail: (error: Error) => void = () => undefined;
  let closed = 0;
  const probe = { ask: () => new Promise<void>((_, reject) => { fail = reject; }), close: () => Promise.resolve(void (closed += 1)) };
  const asking = askBrokers(probe, kafkaWatch(logger, ['kafka-1:9092']));
  await asking.stop();
  fail(new Error('Closed connection'));
  await new Promise(setImmediate);
  expect([lines, closed]).toEqual([[], 1]);
  const other = askBrokers(probe, kafkaWatch(logger, ['kafka-1:9092']));
  fail(new Error('Closed connection'));
  await new Promise(setImmediate);
  await other.stop();
  expect(lines).toMatchObject([{ event: 'kafka.trouble' }]);
});
