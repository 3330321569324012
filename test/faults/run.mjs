import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

// npm run test:faults -- [--write-docs] [FILE...] [-t CASE]
//   --write-docs  afterwards, the table of docs/reliability.md from the latest run of each case, failed ones included
// The rest goes to jest: a file of test/faults, or the number of a case, such as `-t '^4.2 always'`.

const root = resolve(import.meta.dirname, '../..');
const PAGE = join(root, 'docs', 'reliability.md');
const ROWS = join(root, '.cache', 'faults');
const BEGIN = '<!-- measured: written by npm run test:faults -- --write-docs -->';
const END = '<!-- end of measured -->';

const given = process.argv.slice(2);
const jest = given.filter((arg) => arg !== '--write-docs');
const { status } = spawnSync(process.execPath, [
  '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--config', 'jest.faults.config.js', ...jest,
], { cwd: root, stdio: 'inherit' });
if (given.includes('--write-docs')) writePage();
process.exit(status ?? 1);

function writePage() {
  const text = readFileSync(PAGE, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const [, after] = (rest ?? '').split(END);
  if (after === undefined) throw new Error(`${PAGE} lacks its markers`);
  writeFileSync(PAGE, `${before}${BEGIN}\n${table()}\n${END}${after}`);
}

function table() {
  const files = existsSync(ROWS) ? readdirSync(ROWS).filter((file) => file.endsWith('.json')) : [];
  const rows = files.map((file) => JSON.parse(readFileSync(join(ROWS, file), 'utf8'))).sort((a, b) => byNumber(a.id, b.id));
  const cells = rows.map((row) => [
    row.id, row.what, row.rounds, ...(row.failure === null ? ['passed', row.records.toLocaleString('en'), row.lost, row.doubled, row.repeats] : ['**failed**', '', '', '', '']), delaysOf(row.delays),
    (row.failure === null ? [row.seen, row.note] : [oneLine(row.failure)]).filter((text) => text !== '').join('; '), `\`-t '^${row.id} '\``,
  ]);
  const head = ['case', 'what is done', 'rounds', 'result', 'records', 'lost or wrong', 'doubled', 'repeats in the topics', 'first output again, s: median / longest', 'what the operator sees', 'alone'];
  const line = (columns) => `| ${columns.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  const minutes = Math.round(rows.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  const seeds = [...new Set(rows.map(({ seed }) => seed))].sort();
  return [
    line(head), line(head.map(() => '---')), ...cells.map(line), '',
    `${rows.reduce((sum, { rounds }) => sum + rounds, 0)} rounds in ${rows.length} cases, of which ${rows.filter(({ failure }) => failure !== null).length} failed; ${minutes} minutes; seeds ${seeds.join(', ')}. A case without a row was not run.`,
  ].join('\n');
}

function byNumber(a, b) {
  const [one, other] = [a, b].map((id) => id.split(/[. ]/));
  return Number(one[0]) - Number(other[0]) || Number(one[1]) - Number(other[1]) || (a < b ? -1 : 1);
}

/** Without the colours and line breaks of a test's message. */
function oneLine(text) {
  return text.replace(/\u001b\[[0-9;]*m/g, '').replace(/\s+/g, ' ').slice(0, 160);
}

function delaysOf(delays) {
  if (delays.length === 0) return '';
  const sorted = [...delays].sort((a, b) => a - b);
  return [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((ms) => (ms / 1_000).toFixed(1)).join(' / ');
}
