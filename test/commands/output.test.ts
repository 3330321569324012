import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../support/services/places.js';

const EVENTS = join(repositoryRoot, 'docs/README-assets/events.ndjson');
const MAP = join(repositoryRoot, 'maps/csv-shop');

/** Runs the built product; what it prints goes to a file, or to a reader that is gone. */
function run(args: readonly string[], to: number | 'nobody'): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [join(repositoryRoot, 'dist/main.js'), ...args], { stdio: ['ignore', to === 'nobody' ? 'pipe' : to, 'pipe'] });
  if (to === 'nobody') child.stdout?.destroy();
  let stderr = '';
  child.stderr?.on('data', (data: Buffer) => { stderr += data.toString(); });
  return new Promise((done) => child.once('close', (code) => { done({ code, stderr }); }));
}

describe('output', () => {
  test.each([
    ['help', ['--help']], ['a report', ['replay', EVENTS]], ['topics', ['topics', '--print']], ['events', ['map', 'run', '--map', join(MAP, 'shop.yaml'), '--', join(MAP, 'sample')]],
    ['a check', ['map', 'check', join(MAP, 'shop.yaml')]],
  ])('that nobody reads any more ends the command without a word: %s', async (_, args) => {
    expect(await run(args, 'nobody')).toEqual({ code: 141, stderr: '' });
  });

  test('that finds no room is told without a stack', async () => {
    expect(await run(['replay', EVENTS], openSync('/dev/full', 'w'))).toEqual({ code: 1, stderr: 'The output cannot be written: ENOSPC: no space left on device, write\n' });
  });

  test.each(['measures.json', 'cx.events.ndjson'])('that finds no room in %s of --out is told without a stack', async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'no-room-'));
    symlinkSync('/dev/full', join(folder, name));
    expect(await run(['replay', EVENTS, '--out', folder], openSync('/dev/null', 'w'))).toEqual({ code: 2, stderr: 'Ended early: ENOSPC: no space left on device, write\n' });
  });
});
