import { z } from 'zod';
import { COVERABLE_SOURCES, OUTPUT_TOPICS, PLACE_KEYS, SOURCE_TOPICS, type OutputTopic, type PlaceKey, type SourceTopic } from '../../contracts/names.js';
import { DEFAULT_ALERT_RULES } from '../../core/alert-rules.js';
import { duration, formatDuration } from './durations.js';
import { httpSchema } from './http-schema.js';
import { sinksSchema } from './sinks-schema.js';
import { name, patternsSchema, severitiesSchema, thresholdsSchema } from './rules-schema.js';

/** What a configuration file may say. Every key has its default and the default's reason here, and nowhere else. */

export const REQUIRED_TOPICS = ['orders', 'logistics', 'billing', 'notifications'] as const;
export const OPTIONAL_TOPICS = ['contacts', 'feedback', 'incidents', 'audits'] as const;

export const topicName = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,249}$/, 'expected a topic name: at most 249 letters, digits, dots, _ and -')
  .refine((text) => text !== '.' && text !== '..', 'expected a topic name other than . and ..');

const namesOf = <T extends string>(topics: readonly T[], describe: (topic: T) => string) =>
  Object.fromEntries(topics.map((topic) => [topic, topicName.default(topic).describe(describe(topic))])) as Record<T, z.ZodDefault<typeof topicName>>;

const outputReasons: Readonly<Record<OutputTopic, string>> = {
  'cx.events': 'What changed: signals, patterns, verdicts',
  'cx.alerts': 'What a person should act on',
  'cx.journeys': 'The present assessment of every order, compacted',
  'cx.dead-letters': 'Records that could not be used, with the reason',
};
const sourceReason = (topic: SourceTopic): string => `Name on the broker of the source \`${topic}\`; by default its contract name`;

const topics = z.strictObject({
  sources: z.strictObject(namesOf(SOURCE_TOPICS, sourceReason)).prefault({}),
  optional: z.array(z.enum(OPTIONAL_TOPICS)).default([...OPTIONAL_TOPICS])
    .describe('Which of the optional sources are subscribed. All: what is not read cannot be judged, and leaving one out should be a decision'),
  outputs: z.strictObject(namesOf(OUTPUT_TOPICS, (topic) => `${outputReasons[topic]}; by default its contract name`)).prefault({}),
}).prefault({});

const sources = z.strictObject({
  notCountedOn: z.array(z.enum(COVERABLE_SOURCES)).default([])
    .describe('Subscribed sources (or `refunds`) that are known to be incomplete: their events count, their silence proves nothing. Of no effect in `touchpoint replay`, whose `--sources` says it. None: what is subscribed is relied on'),
}).prefault({});

const time = z.strictObject({
  allowedLateness: duration.prefault('5s')
    .describe('How far the time reached stays behind what was read. 5 s: covers producers that batch, and delays an alert by no more'),
  settle: duration.prefault('1s').describe('How long a topic read to its end must be quiet before the wall clock stands in for it. 1 s: the lag of an ordinary producer'),
  settleReplaying: duration.prefault('15s').describe('The same while a backlog of old events is being written. 15 s: a pause of the tool that writes it is no sign of its end'),
}).prefault({});

const limits = z.strictObject({
  maxValueBytes: z.int().min(1_024).max(64 * 1_024 * 1_024).default(1_048_576)
    .describe('Longer record values are refused as `too_large`. 1 MiB: what brokers accept by default'),
  maxJourneyEvents: z.int().min(1).max(1_000_000).default(5_000)
    .describe('Events of one order beyond it are refused as `journey_too_long`. 5,000: hundreds of times a real order, and still quick to judge'),
  maxAhead: duration.prefault('1h')
    .describe('Events further ahead of the wall clock are refused as `clock_out_of_range`. 1 h: a zone or summer-time slip, not a wrong year'),
}).prefault({});

const retention = z.strictObject({
  settledOrders: duration.refine((ms) => ms >= 1_000, 'expected at least 1s, or null to keep orders for ever').nullable().prefault('180d')
    .describe('How long an order is kept in Redis that is settled and to which nothing happens any more, from when its last event happened and was written; further events of it are refused as `order_expired`. `null`: for ever. 180 d: complaints, refunds and surveys come within half a year, as do audits of how it was done'),
}).prefault({});

const kafka = z.strictObject({
  partitioner: z.enum(['murmur2', 'crc32']).default('murmur2')
    .describe('How the producers of the sources place keys. `murmur2` is that of the Java client and KafkaJS; `crc32` that of librdkafka unless told otherwise'),
  sessionTimeout: duration.refine((ms) => ms >= 1_000, 'expected at least 1s: a worker that is merely busy must not lose its lanes').prefault('10s')
    .describe('How long a worker may be silent before its lanes go to others. 10 s: a short pause of the machine costs nothing, a dead worker is soon replaced. Brokers allow 6 s to 30 min unless told otherwise'),
}).prefault({});

export const OUTPUT_FORMATS = ['json', 'avro', 'json-schema'] as const;
const outputs = z.strictObject({
  format: z.enum(OUTPUT_FORMATS).default('json')
    .describe('How values of `cx.events`, `cx.alerts` and `cx.journeys` are written: `json`, or in the wire format of the schema registry as `avro` or `json-schema`. `json`, also with a registry: reading Avro is no reason to change what others read already'),
}).prefault({});

const registry = z.strictObject({
  unknownSchema: z.enum(['wait', 'dead_letter']).default('wait')
    .describe('What becomes of a record that names a schema which the registry does not have: its topic waits until somebody registers it, or it is `undecodable`. `wait`: a schema that comes late costs time, a record put aside costs the order its history'),
  alarmAfter: duration.prefault('10s')
    .describe('How long a topic may wait for a schema before that is an alarm. 10 s: longer than a registry takes to restart behind its load balancer'),
  requestTimeout: duration.prefault('5s').describe('How long an answer of the registry may take before it is asked again. 5 s: its answers come from memory'),
}).prefault({});

const intake = z.strictObject({
  waitFor: duration.refine((ms) => ms >= 1_000, 'expected at least 1s').prefault('7d')
    .describe('How long an event waits for the record that tells its order, before it is `unlinked`. 7 days: a weekend and a public holiday of a system that sends its files by night'),
  maxWaiting: z.int().min(1).max(1_000_000).default(100_000)
    .describe('Events that may wait at once; those that have waited longest make room. 100,000, some 1 KB each: a bad day of a large shop'),
  maxWaitingBytes: z.int().min(1_048_576).max(4_294_967_296).default(268_435_456)
    .describe('Room that waiting events may take in memory. 256 MiB: the same for records of a few KB'),
  remember: duration.refine((ms) => ms >= 60_000, 'expected at least 1m').prefault('400d')
    .describe('How long a row, and which order a link leads to, is remembered after it was told last. 400 days: a year, and the returns after it'),
}).prefault({});

const redis = z.strictObject({
  prefix: z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'expected at most 32 letters, digits, dots, _ and -').default('cx')
    .describe('Begins every key, so that several services can share one Redis. `cx`, as in the topics'),
  cluster: z.boolean().default(false).describe('Whether `REDIS_URL` names a node of a Redis Cluster, from which the others are found. `false`: one server, or the address of a primary'),
}).prefault({});

const place = z.strictObject(Object.fromEntries(PLACE_KEYS.map((key) => [key, z.string().optional()])) as Record<PlaceKey, z.ZodOptional<z.ZodString>>);
const team = z.string().min(1).max(64);
const action = z.strictObject({ code: name, text: z.string().min(1).max(500) });
const actBy = z.strictObject({ within: duration.nullable(), while: z.enum(['open', 'any']).default('any'), reason: z.string().min(1).max(500) });

const alerts = z.strictObject({
  maxAge: duration.prefault(formatDuration(DEFAULT_ALERT_RULES.maxAgeMs))
    .describe('Alerts on what happened longer ago are `backfill`: recorded, sent nowhere; of one that was told of all is told, to its end. 72 h: after a long weekend the alerts of Friday still count'),
  expireAfter: duration.nullable().prefault(formatDuration(DEFAULT_ALERT_RULES.expireAfterMs ?? 0))
    .describe('How long after `actBy` a live alert that nobody closed ends by itself (`expired`); where acting helps no more, after what it is about. `null`: never. 7 d: what was not done within a week of its last use will not be done'),
  defaultOwner: team.default(DEFAULT_ALERT_RULES.defaultOwner).describe('Team of alerts that no entry of `owners` fits. The one that every shop has'),
  owners: z.array(z.strictObject({ pattern: name.optional(), place: place.optional(), team })).default([])
    .describe('Teams by `pattern` and `place` (any of them may be left out); the first that fits decides. Empty: nobody but you knows your teams'),
  actions: z.record(name, action).prefault({})
    .describe('First step by pattern: `code` for programs, `text` for people. Empty: each default pattern has one already, others ask to review the order'),
  actBy: z.record(name, actBy).prefault({})
    .describe('Until when acting helps, by pattern: `within` after it came true, the last time (null: never), `while` the order is `open` or in `any` state, and the `reason` told. Empty: each default pattern has one already, others a day'),
}).prefault({});

const measures = z.strictObject({
  mostValues: z.int().min(1).max(100_000).default(200)
    .describe('Values of each key of `place` (and pairs of touchpoint and task) that are measured apart, the first ones that occur; all others count under `other`. 200: more warehouses, carriers or teams than most companies have, while what is kept stays bounded. Raising it applies to values that come from then on'),
  shownBy: z.array(z.enum(PLACE_KEYS)).max(3).default([])
    .describe('Keys of `place` by whose values `/metrics` shows the main measures (`cx_measure_by`), for the 25 values with the most orders; at most three keys. None: values are what senders write, and each is some 40 series more'),
}).prefault({});

const stream = z.strictObject({
  maxClients: z.int().min(0).max(10_000).default(100)
    .describe('Clients that `GET /v1/stream` serves at once, a process; further ones are told to come later. 0: none. 100: dashboards and services of a company, each of which gets every event'),
  maxPerClient: z.int().min(1).max(10_000).default(10)
    .describe('Streams that one client (the holder of a token, else an address, of IPv6 its network) may have at once; further ones get a 429. Programs of this machine that need no token are not counted. 10: some tabs and services of one holder, while nobody takes the places of all'),
  maxBuffered: z.int().min(65_536).max(268_435_456).default(1_048_576)
    .describe('Bytes of events that may wait for one client to take them; a slower one is cut, and goes on from its Last-Event-ID. 1 MiB: some thousand events, and 100 MiB over all clients'),
  heartbeat: duration.refine((ms) => ms >= 1_000, 'expected at least 1s').prefault('15s')
    .describe('How often a client hears that its stream lives while nothing happens. 15 s: below the idle time of usual proxies'),
}).prefault({});

export const configSchema = z.strictObject({
  topics, sources, time, thresholds: thresholdsSchema, severities: severitiesSchema, patterns: patternsSchema, alerts, sinks: sinksSchema, measures, outputs, registry, limits, retention, http: httpSchema, kafka, intake, redis, stream,
});

/** A configuration file as read: every default filled in, durations in ms. */
export type Settings = z.output<typeof configSchema>;
