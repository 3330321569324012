import { describe, expect, test } from '@jest/globals';
import { defaultConfig, formatProblems, loadConfig, type Config } from '../../../src/app/config.js';
import { COVERABLE_SOURCES } from '../../../src/contracts/names.js';
import { DEFAULT_ALERT_RULES } from '../../../src/core/alert-rules.js';
import { DEFAULT_RULES } from '../../../src/core/rules.js';

const load = (yaml: string, variables: Record<string, string> = {}) => loadConfig({ TOUCHPOINT_CONFIG: 'shop.yaml', ...variables }, () => yaml);

function fine(yaml: string, variables: Record<string, string> = {}): Config {
  const loaded = load(yaml, variables);
  if (loaded.kind === 'problems') throw new Error(formatProblems(loaded.problems));
  return loaded.config;
}

function wrong(yaml: string, variables: Record<string, string> = {}): string[] {
  const loaded = load(yaml, variables);
  return loaded.kind === 'problems' ? formatProblems(loaded.problems).split('\n') : [];
}

describe('without file and variables', () => {
  test('the configuration is the contract\'s defaults, embedded, on loopback', () => {
    const config = defaultConfig();
    expect(config.rules).toEqual(DEFAULT_RULES);
    expect(config.alerts).toEqual(DEFAULT_ALERT_RULES);
    expect([...config.covered].sort()).toEqual([...COVERABLE_SOURCES].sort());
    expect(config).toMatchObject({
      kafka: null, redisUrl: null, schemaRegistryUrl: null, http: { host: '127.0.0.1', port: 8080 }, logLevel: 'info', partitioner: 'murmur2', sessionTimeoutMs: 10_000, redisPrefix: 'cx',
      time: { allowedLatenessMs: 5_000, settleMs: 1_000, settleReplayingMs: 15_000 },
      limits: { maxValueBytes: 1_048_576, maxJourneyEvents: 5_000, maxAheadMs: 3_600_000 },
    });
  });

  test.each(['', '# nothing but a comment\n', 'alerts:\ntime:\n', '{}'])('an empty file (%j) changes nothing', (yaml) => {
    expect(fine(yaml)).toEqual(defaultConfig());
  });
});

describe('what is said of sources', () => {
  test('an optional one that is left out is neither read nor counted on', () => {
    const config = fine('topics: {optional: [contacts]}');
    expect(config.topics.subscribed).toEqual(['orders', 'logistics', 'billing', 'notifications', 'contacts']);
    expect(config.covered).toEqual(new Set(['orders', 'logistics', 'billing', 'notifications', 'contacts', 'refunds']));
  });

  test('one that is not counted on is read all the same', () => {
    const config = fine('sources: {notCountedOn: [notifications, refunds]}');
    expect(config.topics.subscribed).toHaveLength(8);
    expect(config.covered).not.toContain('notifications');
    expect(config.covered).not.toContain('refunds');
  });

  test('topics can have other names on the broker', () => {
    expect(fine('topics: {sources: {orders: shop.orders}, outputs: {cx.events: shop.cx}}').topics).toMatchObject({
      sources: { orders: 'shop.orders', billing: 'billing' }, outputs: { 'cx.events': 'shop.cx', 'cx.alerts': 'cx.alerts' },
    });
  });
});

describe('rules', () => {
  test('that repeat the defaults keep their version', () => {
    expect(fine('thresholds: {contactOpen: 3d, lateSteps: [24h, 259200000]}\nseverities: {damaged: 3}\npatterns: {silent_change: {severity: warning}}').rules).toEqual(DEFAULT_RULES);
  });

  test('that say something else have a version of their own, made of what they say', () => {
    const versions = ['severities: {damaged: 2}', 'severities: {damaged: 1}', 'thresholds: {deliveryTolerance: 2h}'].map((yaml) => fine(yaml).rules.version);
    expect(new Set([...versions, DEFAULT_RULES.version]).size).toBe(4);
    expect(fine('severities:\n  # another way to write it\n  "damaged": 2').rules.version).toBe(versions[0]);
    expect(fine('thresholds: {deliveryTolerance: 120m}').rules.version).toBe(versions[2]);
  });

  test('what only alerts or limits say leaves the version of the rules alone', () => {
    expect(fine('alerts: {maxAge: 1h}\ntime: {settle: 3s}\nlimits: {maxJourneyEvents: 10}').rules.version).toBe(DEFAULT_RULES.version);
  });

  test('patterns can be changed, switched off and added', () => {
    const { patterns } = fine(`
patterns:
  silent_change: {enabled: false}
  adverse_accumulation: {severity: critical, when: {kind: severity_sum, atLeast: 9}}
  mine: {severity: warning, when: {kind: signals, allOf: [damaged, [lost, late_delivery]]}}
`).rules;
    expect(patterns.map(({ pattern }) => pattern)).toEqual([...DEFAULT_RULES.patterns.map(({ pattern }) => pattern).filter((name) => name !== 'silent_change'), 'mine']);
    expect(patterns).toContainEqual({ pattern: 'adverse_accumulation', severity: 'critical', when: { kind: 'severity_sum', atLeast: 9 } });
    expect(patterns).toContainEqual({ pattern: 'mine', severity: 'warning', when: { kind: 'signals', allOf: [['damaged'], ['lost', 'late_delivery']] } });
  });
});

describe('alerts', () => {
  test('get owners, actions and deadlines; what is not said stays', () => {
    const { alerts } = fine(`
alerts:
  maxAge: 1d
  defaultOwner: desk
  owners:
    - {pattern: silent_change, place: {carrier: NorthPost}, team: carriers}
  actions: {silent_change: {code: write, text: Write to them.}}
  actBy:
    silent_change: {within: 4h, while: open, reason: they wait}
    grave_signal: {within: null, reason: too late}
`);
    expect(alerts).toEqual({
      ...DEFAULT_ALERT_RULES, maxAgeMs: 86_400_000, defaultOwner: 'desk', owners: [{ pattern: 'silent_change', place: { carrier: 'NorthPost' }, team: 'carriers' }],
      actions: { ...DEFAULT_ALERT_RULES.actions, silent_change: { code: 'write', text: 'Write to them.' } },
      actBy: {
        ...DEFAULT_ALERT_RULES.actBy,
        silent_change: { kind: 'within', ms: 14_400_000, while: 'open', reason: 'they wait' },
        grave_signal: { kind: 'never', reason: 'too late' },
      },
    });
  });
});

describe('what is wrong', () => {
  test.each([
    ['tiem: {settle: 1s}', 'shop.yaml:1: tiem: no such setting; did you mean `time`?'],
    ['\nseverities:\n  late-delivery: 2', 'shop.yaml:3: severities.late-delivery: no such setting; did you mean `late_delivery`?'],
    ['severities: {damaged: 4}', 'shop.yaml:1: severities.damaged: expected a severity: 0 neutral, 1 minor, 2 major or 3 grave; found 4'],
    ['time: {settle: 5 sec}', 'shop.yaml:1: time.settle: expected a duration: a number with ms, s, m, h or d, such as 30m or 2d, or a plain number of milliseconds; found "5 sec"'],
    ['time: {settle: -1}', 'expected a duration'],
    ['time: {settle: 200000d}', 'at most 100 years'],
    ['time: []', 'shop.yaml:1: time: expected a section; found a list'],
    ['limits: {maxJourneyEvents: many}', 'shop.yaml:1: limits.maxJourneyEvents: expected a number; found "many"'],
    ['limits: {maxJourneyEvents: 1.5}', 'shop.yaml:1: limits.maxJourneyEvents: expected a whole number; found 1.5'],
    ['topics: {optional: [feedbak]}', 'shop.yaml:1: topics.optional[0]: expected one of contacts, feedback, incidents, audits; found "feedbak"; did you mean `feedback`?'],
    ['topics: {sources: {orders: "my orders"}}', 'topics.sources.orders: expected a topic name'],
    ['topics: {outputs: {cx.events: orders}}', 'shop.yaml:1: topics.outputs.cx.events: the topic name orders is already used by topics.sources.orders'],
    ['thresholds: {promiseTimeZone: "+02:00"}', 'expected an IANA time zone'],
    ['thresholds: {lateSteps: [3d, 1d]}', 'expected the second step to be longer than the first'],
    ['patterns: {silent_chnage: {enabled: true}}', 'not in the default catalogue, so it needs both `severity` and `when`; did you mean `silent_change`?'],
    ['patterns: {silent_change: {when: {kind: buckt, bucket: never}}}', 'patterns.silent_change.when.kind: expected one of signals, run, severity_sum, bucket, open_before_end, any_severity; found "buckt"; did you mean `bucket`?'],
    ['patterns: {silent_change: {when: {kind: bucket, bucket: 2_to_7_days}}}', 'patterns.silent_change.when.bucket: expected one of under_2_days, after_the_fact, never; found "2_to_7_days"'],
    ['patterns: {silent_change: {when: {kind: run, length: 3, areas: 2, bucket: never}}}', 'patterns.silent_change.when.bucket: no such setting of this kind'],
    ['patterns: {Mine: {enabled: false}}', 'patterns.Mine: expected a name of at most 64 lower-case letters'],
    ['alerts: {owners: [{pattern: silent, team: x}]}', 'alerts.owners[0].pattern: no pattern is called silent'],
    ['alerts: {owners: [{place: {carier: x}, team: x}]}', 'alerts.owners[0].place.carier: no such setting; did you mean `carrier`?'],
    ['alerts: {actBy: {silent_change: {within: 1h}}}', 'alerts.actBy.silent_change.reason: expected text; found nothing'],
    ['- a list', 'shop.yaml: expected a section; found a list'],
    ['time: {settle: 1s', 'shop.yaml:1: not valid YAML'],
    ['time: {}\ntime: {}', 'shop.yaml:2: not valid YAML: Map keys must be unique'],
    ['__proto__: {x: 1}', '__proto__: no such setting'],
  ])('in %j is told by line and path', (yaml, expected) => {
    expect(wrong(yaml).join('\n')).toContain(expected);
  });

  test('is told all at once, file and environment', () => {
    const lines = wrong('tiem: 1\nseverities: {damaged: 9, lost: 9}\nlimits: {maxValueBytes: 3}', { HTTP_PORT: 'x', LOG_LEVEL: 'loud' });
    expect(lines.map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      'environment HTTP_PORT', 'environment LOG_LEVEL', 'shop.yaml:1 tiem', 'shop.yaml:2 severities.damaged', 'shop.yaml:2 severities.lost', 'shop.yaml:3 limits.maxValueBytes',
    ]);
  });

  test('with the file itself is told under the variable that names it', () => {
    const loaded = loadConfig({ TOUCHPOINT_CONFIG: 'gone.yaml' }, () => { throw new Error('ENOENT'); });
    expect(loaded).toMatchObject({ kind: 'problems', problems: [{ source: 'environment', path: 'TOUCHPOINT_CONFIG', message: 'the file gone.yaml cannot be read: ENOENT' }] });
  });
});

describe('the environment', () => {
  test('names brokers, store, registry and address', () => {
    expect(fine('', {
      KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092', KAFKA_GROUP_ID: 'g', KAFKA_SSL: 'true',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p',
      SCHEMA_REGISTRY_URL: 'http://registry:8081/apis', REDIS_URL: 'rediss://store:6379/0', HTTP_HOST: '0.0.0.0', HTTP_PORT: '0', LOG_LEVEL: 'WARN', LANE_THREADS: '4',
    })).toMatchObject({
      kafka: { brokers: ['kafka-1:9092', 'kafka-2:9092'], groupId: 'g', ssl: true, sasl: { mechanism: 'scram-sha-256', username: 'u', password: 'p' } },
      schemaRegistryUrl: 'http://registry:8081/apis', redisUrl: 'rediss://store:6379/0', http: { host: '0.0.0.0', port: 0 }, logLevel: 'warn', laneThreads: 4,
    });
  });

  test('an empty variable is one that is not set', () => {
    expect(fine('', { KAFKA_BROKERS: '', REDIS_URL: ' ', HTTP_PORT: '', LOG_LEVEL: '', LANE_THREADS: '' })).toEqual(defaultConfig());
  });

  test.each([
    [{ KAFKA_BROKERS: 'kafka' }, 'KAFKA_BROKERS: expected host:port'],
    [{ KAFKA_BROKERS: 'kafka:99999' }, 'KAFKA_BROKERS: expected host:port'],
    [{ KAFKA_BROKERS: ',' }, 'KAFKA_BROKERS: expected host:port'],
    [{ KAFKA_SSL: 'yes' }, 'KAFKA_SSL: expected true or false'],
    [{ KAFKA_SASL_USERNAME: 'u' }, 'KAFKA_SASL_PASSWORD: missing, while KAFKA_SASL_USERNAME is set'],
    [{ KAFKA_SASL_MECHANISM: 'plan', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }, 'KAFKA_SASL_MECHANISM: expected one of plain, scram-sha-256, scram-sha-512; did you mean `plain`?'],
    [{ KAFKA_SASL_PASWORD: 'p' }, 'KAFKA_SASL_PASWORD: no such variable; did you mean `KAFKA_SASL_PASSWORD`?'],
    [{ REDIS_URL: 'http://store' }, 'REDIS_URL: expected a URL that begins with redis:// or rediss://'],
    [{ SCHEMA_REGISTRY_URL: 'registry' }, 'SCHEMA_REGISTRY_URL: expected a URL'],
    [{ HTTP_PORT: '65536' }, 'HTTP_PORT: expected a port'],
    [{ LOG_LEVEL: 'dbug' }, 'LOG_LEVEL: expected one of'],
    [{ LANE_THREADS: '0' }, 'LANE_THREADS: expected a whole number from 1 to 64'],
    [{ LANE_THREADS: '1.5' }, 'LANE_THREADS: expected a whole number'],
    [{ LANE_THREADS: 'all' }, 'LANE_THREADS: expected a whole number'],
  ])('%j is refused', (variables, expected) => {
    expect(wrong('', variables).join('\n')).toContain(expected);
  });

  test('files of TLS are read, and told of where they cannot be', () => {
    const pem = '-----BEGIN CERTIFICATE-----';
    const read = (variables: Record<string, string>) => loadConfig({ KAFKA_BROKERS: 'kafka:9092', REDIS_URL: 'rediss://store', ...variables }, (path) => {
      if (path === 'gone') throw new Error('ENOENT');
      return path === 'other' ? 'no pem' : `${pem} ${path}`;
    });
    const all = { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: 'ca', KAFKA_SSL_CERT_FILE: 'cert', KAFKA_SSL_KEY_FILE: 'key', REDIS_TLS_CA_FILE: 'store' };
    expect(read(all)).toMatchObject({ kind: 'config', config: { kafka: { ssl: { ca: `${pem} ca`, cert: `${pem} cert`, key: `${pem} key` } }, redisTls: { ca: `${pem} store` } } });
    const problems = (variables: Record<string, string>) => {
      const loaded = read(variables);
      return loaded.kind === 'problems' ? loaded.problems.map(({ path, message }) => `${path}: ${message}`) : [];
    };
    expect(problems({ KAFKA_SSL_CA_FILE: 'ca' })).toEqual(['KAFKA_SSL_CA_FILE: is set, while the connection is not one of TLS: set KAFKA_SSL to true']);
    expect(problems({ REDIS_URL: 'redis://store', REDIS_TLS_CA_FILE: 'ca' })).toEqual(['REDIS_TLS_CA_FILE: is set, while the connection is not one of TLS: let REDIS_URL begin with rediss://']);
    expect(problems({ KAFKA_SSL: 'true', KAFKA_SSL_KEY_FILE: 'key' })).toEqual(['KAFKA_SSL_CERT_FILE: missing: a certificate and its key go together']);
    expect(problems({ REDIS_TLS_CERT_FILE: 'cert' })).toEqual(['REDIS_TLS_KEY_FILE: missing: a certificate and its key go together']);
    expect(problems({ KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: 'gone' })).toEqual(['KAFKA_SSL_CA_FILE: the file gone cannot be read: ENOENT']);
    expect(problems({ KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: 'other' })).toEqual(['KAFKA_SSL_CA_FILE: the file other is not PEM (-----BEGIN ...)']);
  });

  test('no problem shows a password', () => {
    const lines = wrong('', { REDIS_URL: 'http://u:hunter2@store', KAFKA_SASL_PASSWORD: 'hunter2', SCHEMA_REGISTRY_URL: 'ftp://u:hunter2@r' });
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(lines.join()).not.toContain('hunter2');
  });
});

describe('what clients of the API may use', () => {
  test('has bounds unless told otherwise', () => {
    expect(defaultConfig().httpLimits).toEqual({ requestsPerMinute: 6_000, maxEventLoopDelayMs: 1_000 });
    expect(fine('http: {requestsPerMinute: null, maxEventLoopDelay: null}').httpLimits).toEqual({ requestsPerMinute: null, maxEventLoopDelayMs: null });
  });

  test('is told by proxies that are named by address or network', () => {
    expect(fine('http: {trustedProxies: [10.0.0.0/8, "::1", "2001:db8::/32"]}').trustedProxies).toEqual(['10.0.0.0/8', '::1', '2001:db8::/32']);
    for (const name of ['proxy.example', '10.0.0.0/33', '*']) expect(wrong(`http: {trustedProxies: ["${name}"]}`)).toEqual([expect.stringContaining('http.trustedProxies[0]: expected an address or a network such as 10.0.0.0/8')]);
  });
});
