import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { openChunks } from '../../../src/adapters/files/chunks.js';

const folder = mkdtempSync(join(tmpdir(), 'chunks-'));

test.each([
  ['cut.ndjson.gz', gzipSync('{"id":"1"}\n'.repeat(1_000)).subarray(0, 40), 'ends early: a part of the packed file is missing'],
  ['plain.ndjson.gz', Buffer.from('{"id":"1"}\n'), 'is damaged, or was not packed by gzip though its name ends in .gz'],
])('says which file cannot be unpacked: %s', async (name, bytes, what) => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  const chunks = await openChunks(file, 1 << 16);
  const readAll = async (): Promise<void> => {
    while ((await chunks.next()) !== null);
  };
  await expect(readAll()).rejects.toThrow(`${file}: ${what}`);
});

test('says what is wrong with a file that is none', async () => {
  await expect(openChunks(join(folder, 'missing.ndjson'), 1 << 16)).rejects.toThrow(`${join(folder, 'missing.ndjson')}: there is no such file`);
  const chunks = await openChunks(folder, 1 << 16);
  await expect(chunks.next()).rejects.toThrow(`${folder}: is a folder: name the files in it`);
});
