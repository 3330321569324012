import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { replayFiles } from '../../src/commands/replay.js';

test('an --out that is no folder is told as wrong usage', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'replay-')), 'events.ndjson');
  writeFileSync(file, '');
  await expect(replayFiles([file], { out: file })).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(`--out ${file} cannot be made a folder`) });
});
