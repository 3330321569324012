import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../support/services/places.js';

/** What would tie the repository to one machine, and how it is recognised. */
const TIES: readonly (readonly [string, RegExp])[] = [
  ['a path of one machine', /(?<![\w.])\/(?:work|root|Users|home\/(?!node\b))\//],
  ['a package registry', /registry\.npm|\bpypi\.org|files\.pythonhosted|repo1?\.maven|deb\.debian|snapshot\.debian|proxy\.golang|static\.crates/],
];

const MOST_LINES = 300;

const VAGUE_FOLDERS = /^(utils?|helpers?|common|misc|shared|lib|interfaces|types)$/;

const self = 'test/repository/tree.test.ts';
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: repositoryRoot, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(repositoryRoot, file)));
const textFiles = files.filter((file) => !/\.(png|gz|zip|ico)$/.test(file));
const code = files.filter((file) => /^(src|test|bench)\/.*\.ts$/.test(file));

describe('the tree', () => {
  test('was found', () => {
    expect(files).toContain('package.json');
    expect(code).toContain(self);
  });

  test.each(TIES)('names nowhere %s', (_what, tie) => {
    const naming = textFiles.filter((file) => file !== self && tie.test(read(file)));
    expect(naming).toEqual([]);
  });

  test(`has no source file of more than ${MOST_LINES} lines`, () => {
    expect(code.filter((file) => read(file).trimEnd().split('\n').length > MOST_LINES)).toEqual([]);
  });

  test('has no folder whose name says nothing', () => {
    const folders = new Set(files.filter((file) => file.startsWith('src/')).map(dirname));
    expect([...folders].filter((folder) => VAGUE_FOLDERS.test(basename(folder)))).toEqual([]);
  });

  test('imports its own files by the names that they have once compiled', () => {
    const bare = code.filter((file) => /from '\.{1,2}\/[^']*(?<!\.js)'/.test(read(file)));
    expect(bare).toEqual([]);
  });
});

function read(file: string): string {
  return readFileSync(join(repositoryRoot, file), 'utf8');
}
