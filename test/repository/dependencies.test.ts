import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../support/services/places.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string; readonly resolved?: string; readonly link?: boolean }>>;
}

const manifest = readJson('package.json') as Manifest;
const lock = readJson('package-lock.json') as Lock;
const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('dependencies', () => {
  test.each(direct)('%s %s is one version, not a range', (_name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  });

  test.each(direct)('%s %s is what the lock file installs', (name, version) => {
    expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
  });

  test('every locked package is told by its content', () => {
    expect(locked.length).toBeGreaterThan(direct.length);
    expect(locked.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path)).toEqual([]);
  });

  test('the lock file names no place to download from: that is the installing machine\'s to choose', () => {
    expect(locked.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
  });
});

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(repositoryRoot, file), 'utf8'));
}
