import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openLines } from '../../../src/adapters/files/lines.js';

const folder = mkdtempSync(join(tmpdir(), 'lines-'));

async function linesIn(content: string): Promise<readonly (readonly [string, string | null])[]> {
  const file = join(folder, 'lines.ndjson');
  writeFileSync(file, content);
  const source = await openLines(file);
  const lines: [string, string | null][] = [];
  for (let next = await source.next(); next !== null; next = await source.next()) {
    for (const { text, bytes } of next) lines.push([text, bytes?.toString() ?? null]);
  }
  return lines;
}

test('a byte order mark at the beginning of a file says nothing; elsewhere it is a part of the line', async () => {
  expect(await linesIn('\uFEFF{"id":"é"}\r\n\uFEFF{}\n')).toEqual([['{"id":"é"}', '{"id":"é"}'], ['\uFEFF{}', '\uFEFF{}']]);
  expect(await linesIn('\uFEFF')).toEqual([['', '']]);
});

test('lines end with a line feed, which a carriage return may precede, or with the file', async () => {
  expect((await linesIn('a\nb\r\n\nc')).map(([text]) => text)).toEqual(['a', 'b', '', 'c']);
});
