import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseConfigText } from '../../../src/app/config/file.js';
import { settingDescriptions } from '../../../src/app/config/keys.js';
import { formatProblems } from '../../../src/app/config/problems.js';

const FILE = new URL('../../../docs/configuration.md', import.meta.url);
const BEGIN = '<!-- settings: made from the schema -->';
const END = '<!-- end of settings -->';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const shown = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

function table(): string {
  const rows = settingDescriptions().map(({ path, default: usual, description }) => `| \`${path}\` | ${shown(usual)} | ${cell(description)} |`);
  return ['| setting | default | meaning, and why |', '|---|---|---|', ...rows].join('\n');
}

describe('docs/configuration.md', () => {
  test('has every setting with its default and reason (TOUCHPOINT_WRITE_DOCS=1 writes them anew)', () => {
    const text = readFileSync(FILE, 'utf8');
    const [before, rest] = text.split(BEGIN);
    const [inside, after] = (rest ?? '').split(END);
    expect(after).toBeDefined();
    if (process.env['TOUCHPOINT_WRITE_DOCS'] === '1') writeFileSync(FILE, `${before ?? ''}${BEGIN}\n${table()}\n${END}${after ?? ''}`);
    else expect(inside?.trim()).toBe(table());
  });

  test('no setting lacks a default or a reason', () => {
    expect(settingDescriptions().filter((setting) => setting.default === undefined || setting.description.length < 15)).toEqual([]);
    expect(settingDescriptions().length).toBeGreaterThan(50);
  });

  test('its examples are configurations that work', () => {
    const examples = [...readFileSync(FILE, 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? '');
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      const parsed = parseConfigText(example, 'docs/configuration.md');
      expect(parsed.kind === 'problems' ? formatProblems(parsed.problems) : '').toBe('');
    }
  });
});
