import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../support/services/places.js';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean; readonly devOptional?: boolean }>>;
}
interface Bom {
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly { readonly name: string; readonly version: string; readonly hashes?: readonly unknown[]; readonly licenses?: readonly unknown[] }[];
}

const { packages } = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as Lock;

/** Runs a script of the package as people do, by npm. */
function npmRun(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((done) => {
    const child = spawn('npm', ['run', '-s', ...args], { cwd: repositoryRoot, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => { output += data.toString(); });
    child.on('close', (code) => { done({ code, output }); });
  });
}

describe('npm run sbom', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
  const texts: string[] = [];
  beforeAll(async () => {
    for (const name of ['a.json', 'b.json']) {
      expect(await npmRun(['sbom', '--', join(folder, name)])).toMatchObject({ code: 0 });
      texts.push(readFileSync(join(folder, name), 'utf8'));
    }
  });

  test('has every package that is there at run time, and no other, with its content and licence', () => {
    const { metadata, components } = JSON.parse(texts[0]!) as Bom;
    expect(metadata.component.name).toBe('touchpoint');
    const locked = Object.entries(packages).filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true);
    const expected = locked.map(([path, { version }]) => `${path.split('node_modules/').at(-1) ?? ''}@${version}`);
    expect(expected.length).toBeGreaterThan(50);
    expect(components.map(({ name, version }) => `${name}@${version}`).toSorted()).toEqual([...new Set(expected)].toSorted());
    expect(components.filter(({ hashes = [] }) => hashes.length === 0).map(({ name }) => name)).toEqual([]);
    // Has its licence (MIT) in a file, and does not name it.
    expect(components.filter(({ licenses = [] }) => licenses.length === 0).map(({ name }) => name)).toEqual(['@kafkajs/confluent-schema-registry']);
  });

  test('gives the same bytes for the same lock file', () => expect(texts[1]).toBe(texts[0]));
});

describe('npm run audit', () => {
  let registry: Server;
  let answer: { status: number; body: unknown };
  let address = '';
  /** As much of a registry as npm asks for an audit: what it knows of weaknesses, and the versions of a package. */
  beforeAll(async () => {
    registry = createServer((request, response) => {
      const name = decodeURIComponent((request.url ?? '').slice(1));
      const { version = '0.0.0' } = packages[`node_modules/${name}`] ?? {};
      const isAudit = request.method === 'POST';
      request.resume().on('end', () => {
        response.writeHead(isAudit ? answer.status : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(isAudit ? answer.body : { name, 'dist-tags': { latest: version }, versions: { [version]: { name, version, dist: {} } } }));
      });
    });
    await new Promise<void>((listening) => { registry.listen(0, '127.0.0.1', listening); });
    address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;
  });
  afterAll(async () => { await new Promise((closed) => { registry.close(closed); }); });

  const audited = (url = address) => npmRun(['audit'], { npm_config_registry: url, npm_config_cache: mkdtempSync(join(tmpdir(), 'npm-')) });
  const weakness = (severity: string) => ({ fastify: [{ id: 1, url: 'https://advisories.example/1', title: 'Answers anybody', severity, vulnerable_versions: '*', cwe: [], cvss: { score: 9, vectorString: null } }] });

  test.each(['high', 'critical'])('fails on a weakness that is %s, and names it', async (severity) => {
    answer = { status: 200, body: weakness(severity) };
    const { code, output } = await audited();
    expect([code, output]).toEqual([1, expect.stringContaining(`audit: fastify * (${severity}): Answers anybody, https://advisories.example/1`)]);
  });

  test.each([['moderate', 1], ['none', 0]])('does not on one that is %s', async (severity, all) => {
    answer = { status: 200, body: severity === 'none' ? {} : weakness(severity) };
    const { code, output } = await audited();
    expect([code, output]).toEqual([0, `audit: 0 high or critical, ${all} in all, of the packages that are there at run time\n`]);
  });

  test('says that it knows nothing where no registry answers, and does not fail', async () => {
    const unknown = 'audit: the registry gave no answer, so nothing is known of weaknesses in dependencies\n';
    answer = { status: 405, body: {} };
    expect(await audited()).toEqual({ code: 0, output: unknown });
    expect(await audited('http://127.0.0.1:9/')).toEqual({ code: 0, output: unknown });
  });
});
