import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { simulateNdjson } from '../../src/adapters/simulator/file.js';
import { createStage, touchpoint } from '../support/touchpoint.js';

test('tell says the same of topics as of the file that they were filled from', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'tell-')), 'events.ndjson');
  const lines = [...simulateNdjson({ seed: 'tell', start: Date.UTC(2025, 0, 1), orders: 120 })];
  writeFileSync(file, lines.join(''));
  const stage = await createStage({ partitions: 3 });
  try {
    expect((await stage.run(['produce', file])).code).toBe(0);
    const [ofTopics, ofFile] = [await stage.run(['tell', '--from-kafka']), await touchpoint(['tell', file])];
    expect([ofTopics.stderr, ofTopics.code]).toEqual(['', 0]);
    expect(ofTopics.stdout).toContain('What the data of 120 orders can tell');
    expect(ofTopics.stdout).toBe(ofFile.stdout);
    expect((await stage.run(['tell', '--from-kafka', file])).code).toBe(2);
  } finally {
    await stage.close();
  }
}, 120_000);
