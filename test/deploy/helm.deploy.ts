import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { repositoryRoot } from '../support/services/places.js';
import { onPath, run } from '../support/services/run-command.js';

/** The chart, judged by Helm and held against Kubernetes's own schemas. No cluster sees it. */

const CHART = join(repositoryRoot, 'deploy', 'helm', 'touchpoint');
const LEAST = ['--set', 'kafka.brokers=kafka-1:9092', '--set', 'redis.urlSecret.name=redis'];
const ALL = [...LEAST, ...[
  'kafka.saslMechanism=scram-sha-512', 'kafka.saslSecret.name=kafka', 'kafka.ssl=true', 'schemaRegistryUrl=http://registry:8081', 'topics.create=true',
  'serviceMonitor.enabled=true', 'autoscaling.enabled=true', 'autoscaling.authenticationRef=kafka', 'networkPolicy.clients[0].podSelector.matchLabels.app=desk', 'config.measures.shownBy[0]=carrier',
  'sinkSecret=sinks', 'networkPolicy.sinkPorts[0]=443',
  'kafka.caSecret.name=cluster-ca', 'kafka.clientSecret.name=user', 'kafka.clientSecret.certKey=user.crt', 'kafka.clientSecret.keyKey=user.key', 'redis.caSecret.name=redis-ca', 'redis.clientSecret.name=redis-user',
].flatMap((setting) => ['--set', setting])];

interface Container {
  readonly securityContext: object;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string; readonly items?: readonly { readonly key: string; readonly path: string }[] };
}
interface Manifest {
  readonly kind: string;
  readonly spec?: { readonly template?: { readonly spec: { readonly initContainers?: readonly Container[]; readonly containers: readonly Container[]; readonly volumes: readonly Volume[] } } };
}

const helm = (...args: readonly string[]): Promise<string> => run(needed('helm', 'Helm'), args, { timeoutMs: 60_000 });

function needed(command: string, name: string): string {
  const found = onPath(command);
  if (found === null) throw new Error(`This test needs ${name}: install it, so that ${command} is on PATH.`);
  return found;
}

const rendered = async (settings: readonly string[]): Promise<{ readonly text: string; readonly manifests: readonly Manifest[] }> => {
  const text = await helm('template', 'touchpoint', CHART, '--kube-version', '1.34.0', ...settings);
  return { text, manifests: parseAllDocuments(text).map((document) => document.toJS() as Manifest | null).filter((manifest) => manifest !== null) };
};

describe.each([['the least that must be said', LEAST], ['everything on', ALL]] as const)('the chart with %s', (_what, settings) => {
  test('passes helm lint', async () => {
    expect(await helm('lint', '--strict', CHART, ...settings)).toContain('0 chart(s) failed');
  });

  test('gives manifests that Kubernetes knows', async () => {
    const { text } = await rendered(settings);
    const file = join(mkdtempSync(join(tmpdir(), 'touchpoint-')), 'manifests.yaml');
    writeFileSync(file, text);
    // Elsewhere than on the network, where that is out of reach: a folder pattern as kubeconform takes it.
    const schemas = process.env['TOUCHPOINT_TEST_KUBERNETES_SCHEMAS'] ?? 'default';
    const said = await run(needed('kubeconform', 'kubeconform'), ['-strict', '-summary', '-skip', 'ServiceMonitor,ScaledObject', '-schema-location', schemas, file], { timeoutMs: 60_000 });
    expect(said).toMatch(/Valid: \d+, Invalid: 0, Errors: 0/);
  });

  test('runs everything without rights', async () => {
    const { manifests } = await rendered(settings);
    const pods = manifests.flatMap(({ spec }) => spec?.template?.spec ?? []);
    expect(pods).toHaveLength(1);
    for (const { containers } of pods) for (const { securityContext } of containers) expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  });
});

test('the chart says what is missing', async () => {
  await expect(rendered([])).rejects.toThrow('kafka.brokers is missing');
  await expect(rendered(['--set', 'kafka.brokers=k:9092'])).rejects.toThrow('redis.urlSecret.name is missing');
});

test('with everything on there are a budget, a policy, a monitor and a scaler', async () => {
  expect((await rendered(ALL)).manifests.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'ScaledObject', 'Service', 'ServiceMonitor']);
});

test('certificates of secrets are where every container is told that they are, under whatever key they lie', async () => {
  const pod = (await rendered(ALL)).manifests.flatMap(({ spec }) => spec?.template?.spec ?? [])[0]!;
  /** Secret and key of the file that a variable names. */
  const behind = ({ env, volumeMounts }: Container, variable: string): string | null => {
    const file = env.find(({ name }) => name === variable)?.value ?? '';
    const mount = volumeMounts.find(({ mountPath }) => file.startsWith(`${mountPath}/`));
    const { secret } = pod.volumes.find(({ name }) => name === mount?.name) ?? {};
    const item = secret?.items?.find(({ path }) => file === `${mount?.mountPath}/${path}`);
    return item === undefined ? null : `${secret?.secretName} ${item.key}`;
  };
  const variables = ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE', 'REDIS_TLS_CA_FILE', 'REDIS_TLS_CERT_FILE', 'REDIS_TLS_KEY_FILE'];
  for (const container of [...pod.initContainers ?? [], ...pod.containers]) {
    expect(variables.map((variable) => behind(container, variable))).toEqual(['cluster-ca ca.crt', 'user user.crt', 'user user.key', 'redis-ca ca.crt', 'redis-user tls.crt', 'redis-user tls.key']);
  }
  expect((await rendered(LEAST)).text).not.toContain('touchpoint-tls');
});
