import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig, formatProblems } from '../../src/app/config.js';
import { repositoryRoot } from '../support/services/places.js';

/** What can be seen of docker-compose.yml and the Dockerfile without Docker; compose.deploy.ts asks Docker Compose. */

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, object>>;
}

const read = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service>; volumes: Record<string, null> };
const services = Object.entries(compose.services);
const own = services.filter(([, { build }]) => build !== undefined);

describe('docker-compose.yml', () => {
  test.each(services)('%s: an image of a fixed version, ports of this machine alone, folders and services that are there', (_name, service) => {
    expect(service.image).toMatch(/^[a-z0-9./-]+:(v?\d+\.\d+\.\d+(\.Final)?|local)$/);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    for (const volume of service.volumes ?? []) {
      const [from = ''] = volume.split(':');
      expect([volume, from.startsWith('./') ? existsSync(join(repositoryRoot, from)) : from in compose.volumes]).toEqual([volume, true]);
    }
    for (const other of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty([other]);
  });

  test('no two services take the same port', () => {
    const ports = services.flatMap(([, { ports: taken = [] }]) => taken.map((port) => port.split(':')[1]));
    expect(new Set(ports).size).toBe(ports.length);
  });

  test.each(own)('%s runs our image with nothing to write to and no rights, by a configuration that is valid', (_name, { read_only: readOnly, cap_drop: dropped, environment, volumes }) => {
    expect([readOnly, dropped]).toEqual([true, ['ALL']]);
    const mounted = volumes?.map((volume) => volume.split(':')) ?? [];
    const loaded = loadConfig(environment ?? {}, (path) => read(mounted.find(([, inside]) => inside === path)?.[0] ?? path));
    expect(loaded.kind === 'problems' ? formatProblems(loaded.problems) : '').toBe('');
  });

  test('Prometheus looks at every worker, and tells Alertmanager', () => {
    const { scrape_configs: scraped, alerting } = parse(read('deploy/prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]; alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
    };
    const workers = own.map(([name]) => name).filter((name) => name.startsWith('touchpoint-'));
    expect(scraped.map(({ job_name: job, static_configs: [first] }) => [job, first?.targets])).toEqual([['touchpoint', workers.map((name) => `${name}:8080`)]]);
    expect(alerting.alertmanagers[0]?.static_configs[0]?.targets).toEqual(['alertmanager:9093']);
    expect(compose.services).toHaveProperty('alertmanager');
  });
});

describe('the Dockerfile', () => {
  const text = read('Dockerfile');

  test('ends as a user without rights, with a health check', () => {
    expect(text.match(/^USER .*/gm)?.at(-1)).toBe('USER node');
    expect(text).toContain('\nHEALTHCHECK ');
    expect(text.match(/^FROM .*/gm)?.every((line) => /:\d/.test(line))).toBe(true);
  });

  test('copies only what .dockerignore lets through', () => {
    const allowed = new Set(read('.dockerignore').match(/^!.*/gm)?.map((line) => line.slice(1)));
    const copied = [...text.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
    expect(copied.filter((file) => !allowed.has(file))).toEqual([]);
    expect(copied).toContain('src');
  });
});
