import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../support/services/places.js';

/** Runs the built product from the repository's root, as the pages tell to. */
function touchpoint(...args: readonly string[]): { readonly code: number | null; readonly stdout: string } {
  const env = { PATH: process.env['PATH'] ?? '' };
  const { status, stdout } = spawnSync(process.execPath, ['dist/main.js', ...args], { cwd: repositoryRoot, env, encoding: 'utf8' });
  return { code: status, stdout };
}

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');
const PAGES = ['README.md', 'CHANGELOG.md', 'docs/alerts.md', 'docs/architecture.md', 'docs/configuration.md', 'docs/deployment.md', 'docs/events.md', 'docs/maps.md', 'docs/measures.md', 'docs/operations.md', 'docs/security.md', 'docs/your-data.md', 'docs/signals.md'];

/** What is between fences of this language. */
const fenced = (page: string, language: string): string[] =>
  [...read(page).matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, found]) => found === language).map(([, , text]) => text ?? '');
/** Code within a line of text. */
const inLine = (text: string): string[] => [...text.replaceAll(/^```.*?^```$/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');
const unique = (names: Iterable<string>): string[] => [...new Set(names)].sort();

interface CommandLine {
  readonly command: string;
  readonly options: readonly string[];
}

/** Commands that have commands of their own. */
const GROUPS = ['dead-letters', 'lanes', 'map'];

/** Every call of the product in shell blocks and within lines: its command and options. */
function callsIn(page: string): CommandLine[] {
  const shell = fenced(page, 'sh').flatMap((block) => block.split('\n'));
  const lines = [...shell, ...inLine(read(page))].map((line) => /(?:npx touchpoint|^touchpoint|node dist\/main\.js) (.*)$/.exec(line)?.[1]);
  return lines.filter((line) => line !== undefined).map((line) => {
    const words = line.trim().split(/\s+/);
    const named = GROUPS.includes(words[0] ?? '') ? words.slice(0, 2) : words.slice(0, 1);
    return { command: named.join(' '), options: words.filter((word) => word.startsWith('--')) };
  });
}

const variablesOf = (page: string): string[] => unique(read(page).match(/\b(?:KAFKA|REDIS|HTTP|SCHEMA_REGISTRY|LOG|TOUCHPOINT|LANE)_[A-Z_]*[A-Z]\b/g) ?? []);
/** The texts in which a variable must occur to exist. */
const environment = read('src/app/config/environment.ts');
const testVariables = ['test/support/real-services.ts', 'test/support/services/sources.ts', 'test/golden/acceptance-data.test.ts', 'test/deploy/helm.deploy.ts'].map(read).join('\n');

describe('commands', () => {
  const calls = PAGES.flatMap(callsIn);

  test('are found', () => {
    expect(unique(callsIn('README.md').map(({ command }) => command))).toEqual(['backtest', 'check-config', 'dead-letters list', 'dead-letters redrive', 'intake', 'produce', 'replay', 'serve', 'tell', 'token', 'topics', 'verify']);
  });

  test.each(unique(calls.map(({ command }) => command)))('%s exists, with every option that the pages give it', (command) => {
    const help = touchpoint(...command.split(' '), '--help');
    expect([help.code, help.stdout.includes(`Usage: touchpoint ${command} `)]).toEqual([0, true]);
    const options = unique(calls.filter((call) => call.command === command).flatMap((call) => call.options));
    for (const option of options) expect([option, new RegExp(`^ +${option}\\b`, 'm').test(help.stdout)]).toEqual([option, true]);
  });

  test('of npm are scripts of the package', () => {
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const lines = PAGES.flatMap((page) => [...fenced(page, 'sh'), ...inLine(read(page))]).join('\n');
    const named = unique([...lines.matchAll(/\bnpm (?:run )?([a-z][\w:-]*)/g)].map(([, name]) => name ?? '')).filter((name) => name !== 'ci');
    expect(named).toEqual(expect.arrayContaining(['start', 'test', 'test:unit']));
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});

describe('environment', () => {
  test.each(PAGES)('%s names variables that are read', (page) => {
    const unknown = variablesOf(page).filter((name) => !environment.includes(`'${name}'`) && !testVariables.includes(`'${name}'`));
    expect(unknown).toEqual([]);
  });

  test('README names each that the service reads', () => {
    const readByService = unique([...environment.matchAll(/'([A-Z]+_[A-Z_]*[A-Z])'/g)].map(([, name]) => name ?? ''));
    expect(readByService.length).toBeGreaterThan(9);
    expect(readByService.filter((name) => !variablesOf('README.md').includes(name))).toEqual([]);
  });
});

describe('links', () => {
  test.each(PAGES)('%s leads nowhere that does not exist', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '').filter((target) => !/^[a-z]+:/.test(target));
    const missing = targets.filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? join(repositoryRoot, page) : resolve(repositoryRoot, dirname(page), path);
      return !existsSync(file) || (anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).has(anchor));
    });
    expect(missing).toEqual([]);
  });

  test('README leads to every page', () => {
    const pages = PAGES.filter((page) => page !== 'README.md');
    expect(pages.filter((page) => !read('README.md').includes(`](${page})`))).toEqual([]);
  });
});

const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => (heading ?? '').toLowerCase().replaceAll(/[^\w\s-]/g, '').trim().replaceAll(/\s/g, '-')));

describe('what README shows', () => {
  test('is what its replay prints', () => {
    const { code, stdout } = touchpoint('replay', 'docs/README-assets/events.ndjson');
    expect(code).toBe(0);
    const shown = fenced('README.md', 'text').filter((block) => !block.startsWith('created with'));
    expect(shown.length).toBeGreaterThan(1);
    for (const block of shown) expect(stdout).toContain(block);
  });

  test('docs/operations.md has every metric of our own, and every halt', () => {
    const operations = read('docs/operations.md');
    const metrics = unique(['metrics', 'sink-telemetry', 'alert-telemetry'].flatMap((file) => [...read(`src/adapters/telemetry/${file}.ts`).matchAll(/name: '(cx_\w+)'/g)]).map(([, name]) => name ?? ''));
    const halts = unique(['claim-check', 'recovery', 'lane-session'].flatMap((file) => [...read(`src/pipeline/${file}.ts`).matchAll(/\bname: '(\w+)'/g)].map(([, name]) => name ?? '')));
    expect([metrics.length > 9, halts.length > 3]).toEqual([true, true]);
    expect([...metrics, ...halts].filter((name) => !operations.includes(`| \`${name}`))).toEqual([]);
  });
});
