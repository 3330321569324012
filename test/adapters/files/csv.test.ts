import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CsvRow, type CsvSettings, openCsv } from '../../../src/adapters/files/csv.js';

const folder = mkdtempSync(join(tmpdir(), 'csv-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

async function read(content: string | Buffer, { name = 'table.csv', ...settings }: Partial<CsvSettings> & { name?: string } = {}) {
  const file = join(folder, name);
  writeFileSync(file, content);
  const source = await openCsv(file, { delimiter: ',', encoding: 'utf-8', ...settings });
  const rows: CsvRow[] = [];
  for (let next = await source.next(); next !== null; next = await source.next()) rows.push(...next);
  return { columns: source.columns, rows };
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

describe('a table', () => {
  test('gives its columns, and each row with the line on which it begins and its text', async () => {
    const { columns, rows } = await read('\uFEFFid,note\r\n1,plain\r\n2,"two\nlines, and ""quotes"""\n\n3,\n');
    expect(columns).toEqual(['id', 'note']);
    expect(rows.map(({ number, cells, text }) => [number, cells, text])).toEqual([
      [2, ['1', 'plain'], '1,plain'], [3, ['2', 'two\nlines, and "quotes"'], '2,"two\nlines, and ""quotes"""'], [6, ['3', ''], '3,'],
    ]);
  });

  test('may be packed, parted otherwise and written in another encoding', async () => {
    expect((await read(gzipSync('a;b\n1;x'), { name: 'table.csv.gz', delimiter: ';' })).rows.map(({ cells }) => cells)).toEqual([['1', 'x']]);
    expect((await read(Buffer.from('a\n\xe9t\xe9', 'latin1'), { encoding: 'windows-1252' })).rows[0]?.cells).toEqual(['été']);
  });

  test('tells whether bytes are none of its encoding, from U+FFFD that was really written', async () => {
    const damagedBy = async (content: Buffer, encoding: CsvSettings['encoding'] = 'utf-8'): Promise<boolean> => {
      const file = join(folder, 'letters.csv');
      writeFileSync(file, content);
      return (await openCsv(file, { delimiter: ',', encoding })).isDamaged();
    };
    const long = 'é'.repeat(300_001);
    expect(await damagedBy(Buffer.from(`a\n${long}\uFFFD`))).toBe(false);
    expect(await damagedBy(Buffer.concat([Buffer.from(`a\n${long}`), Buffer.from([0xe9])]))).toBe(true);
    expect(await damagedBy(Buffer.from('a\n\xe9', 'latin1'), 'windows-1252')).toBe(false);
  });

  test('comes back as it was written, however long, whatever its cells hold', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r', ' ', '1'), maxLength: 12 });
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 400 }), async (table, times) => {
      const all = Array.from({ length: times }, () => table).flat();
      const { rows } = await read(`a,b,c\n${all.map((row) => row.map(quoted).join(',')).join('\n')}\n`);
      expect(rows.map(({ cells }) => cells)).toEqual(all);
    }), { numRuns: 25 });
  });

  test.each([
    ['an empty file', '', 'is empty'], ['two columns of one name', 'a,a\n1,2', 'two columns are called `a`'], ['a quote that is never closed', 'a\n1\n"2\n3', 'table.csv:3: a quote is opened here and never closed'],
  ])('%s is refused', async (_, content, why) => {
    await expect(read(content)).rejects.toThrow(why);
  });
});
