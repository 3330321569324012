import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../support/services/places.js';

const PATHS = 'import-x/no-restricted-paths';
const PACKAGES = 'no-restricted-imports';

/** [a folder of src, what a file in it imports, the rule that refuses it or null]. A folder stands for one of its files. */
const CASES: readonly (readonly [string, string, string | null])[] = [
  ['contracts', 'core', PATHS],
  ['contracts', 'pipeline', PATHS],
  ['contracts', 'kafkajs', PACKAGES],
  ['contracts', 'node:fs', PACKAGES],
  ['contracts', 'uuid', PACKAGES],
  ['contracts', 'zod', null],
  ['core', 'pipeline', PATHS],
  ['core', 'adapters/memory', PATHS],
  ['core', 'app', PATHS],
  ['core', 'node:crypto', PACKAGES],
  ['core', 'uuid', PACKAGES],
  ['core', 'ioredis', PACKAGES],
  ['core', 'zod', PACKAGES],
  ['core', '@marcbachmann/cel-js', PACKAGES],
  ['core', 'contracts', null],
  ['pipeline', 'adapters/kafka', PATHS],
  ['pipeline', 'app', PATHS],
  ['pipeline', 'kafkajs', PACKAGES],
  ['pipeline', '@marcbachmann/cel-js', PACKAGES],
  ['pipeline/maps', '@marcbachmann/cel-js', null],
  ['app', '@marcbachmann/cel-js', PACKAGES],
  ['pipeline', 'core', null],
  ['pipeline', 'contracts', null],
  ['adapters/kafka', 'app', PATHS],
  ['adapters/kafka', 'adapters/redis', PATHS],
  ['adapters/kafka', 'ioredis', PACKAGES],
  ['adapters/kafka', 'kafkajs', null],
  ['adapters/kafka', '@kafkajs/confluent-schema-registry', PACKAGES],
  ['adapters/registry', '@kafkajs/confluent-schema-registry', null],
  ['adapters/registry', 'kafkajs', PACKAGES],
  ['adapters/kafka', 'pipeline', null],
  ['adapters/redis', 'adapters/kafka', PATHS],
  ['adapters/redis', 'kafkajs', PACKAGES],
  ['adapters/redis', 'ioredis', null],
  ['adapters/memory', 'adapters/kafka', PATHS],
  ['adapters/memory', '@kafkajs/confluent-schema-registry', PACKAGES],
  ['adapters/http', 'adapters/memory', null],
  ['app', 'commands', PATHS],
  ['app', 'main.ts', PATHS],
  ['app', 'kafkajs', PACKAGES],
  ['app', 'jose', PACKAGES],
  ['app', 'ioredis', PACKAGES],
  ['app', 'adapters/kafka', null],
  ['commands', 'main.ts', PATHS],
  ['commands', 'app', null],
];

const IMPURE: readonly (readonly [string, string])[] = [
  ['Date.now()', 'no-restricted-properties'],
  ['Math.random()', 'no-restricted-properties'],
  ['new Date()', 'no-restricted-syntax'],
  ['Date()', 'no-restricted-syntax'],
  ['process.pid', 'no-restricted-globals'],
  ['setTimeout(() => undefined, 1)', 'no-restricted-globals'],
];

const planted = [
  ...CASES.map(([folder, target]) => ({
    file: someSource(folder),
    text: `import * as planted from '${specifier(folder, target)}';\nexport const used = planted;\n`,
  })),
  { file: someSource('core'), text: IMPURE.map(([code], at) => `export const planted${at} = ${code};\n`).join('') },
  { file: someSource('core'), text: 'export const planted = new Date(0).getTime();\n' },
];
const found = lint(planted);

describe('the direction of imports', () => {
  test.each(CASES.map(([folder, target, rule], at) => [folder, target, rule, at] as const))('src/%s importing %s: %s', (_folder, _target, rule, at) => {
    const refusedBy = found[at]!.map((refusal) => refusal.rule).filter((name) => name === PATHS || name === PACKAGES);
    expect(refusedBy).toEqual(rule === null ? [] : [rule]);
  });
});

describe('the core is pure', () => {
  test.each(IMPURE.map(([code, rule], at) => [code, rule, at + 1] as const))('%s is refused by %s', (_code, rule, line) => {
    expect(found.at(-2)).toContainEqual({ rule, line });
  });

  test('a date of a given instant is allowed', () => {
    expect(found.at(-1)).toEqual([]);
  });
});

function someSource(folder: string): string {
  const found = readdirSync(join(repositoryRoot, 'src', folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort();
  return join(repositoryRoot, 'src', folder, found[0]!);
}

function specifier(folder: string, target: string): string {
  const isOurs = /^(contracts|core|pipeline|adapters|app|commands|main\.ts)/.test(target);
  if (!isOurs) return target;
  const file = target.endsWith('.ts') ? join(repositoryRoot, 'src', target) : someSource(target);
  const path = relative(dirname(someSource(folder)), file).replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

function lint(texts: readonly { file: string; text: string }[]): { rule: string; line: number }[][] {
  const script = join(repositoryRoot, 'test', 'support', 'lint-texts.mjs');
  const options = { input: JSON.stringify(texts), cwd: repositoryRoot, encoding: 'utf8' } as const;
  return JSON.parse(execFileSync(process.execPath, [script], options)) as { rule: string; line: number }[][];
}
