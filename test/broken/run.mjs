import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BREAKAGES } from './breakages.mjs';

// npm run test:broken -- [--alone] [WORDS]
//   Breaks each invariant on purpose, in a copy of the code, and sees the test turn red that is there to notice. With WORDS,
//   only the breakages whose invariant, words or file contain them; with --alone, those whose tests need no servers.
//   Exits with 1 if a test stays green.

const root = resolve(import.meta.dirname, '../..');
const words = process.argv.slice(2).filter((word) => word !== '--alone').join(' ');
const isAlone = ({ test }) => !test.startsWith('integration/');
const chosen = BREAKAGES.filter((breakage) => `${breakage.invariant} ${breakage.how} ${breakage.file}`.includes(words) && (isAlone(breakage) || !process.argv.includes('--alone')));
const waiting = chosen.values();
let unnoticed = 0;
// Servers are started by each test that needs some: one at a time is enough of them.
await Promise.all(Array.from({ length: chosen.every(isAlone) ? availableParallelism() : 1 }, work));
console.log(`${chosen.length - unnoticed} noticed, ${unnoticed} not`);
process.exit(unnoticed === 0 && chosen.length > 0 ? 0 : 1);

async function work() {
  for (const breakage of waiting) {
    const seen = await noticedBy(breakage);
    if (seen.length === 0) unnoticed += 1;
    console.log(`${seen.length > 0 ? 'red  ' : 'GREEN'} ${breakage.invariant}  ${breakage.how}\n      test/${breakage.test}: ${seen.length > 0 ? seen.join('; ') : 'no test noticed'}`);
  }
}

/** The names of the tests that fail on the broken code. */
async function noticedBy({ file, edits, test, only = '' }) {
  const copy = mkdtempSync(join(tmpdir(), 'touchpoint-broken-'));
  try {
    for (const part of ['src', 'test', 'schemas', 'maps', 'package.json', 'jest.config.js', 'jest.unit.config.js']) cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    breakFile(join(copy, 'src', file), edits);
    return await failures(copy, test, only);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function breakFile(path, edits) {
  let text = readFileSync(path, 'utf8');
  for (const [whole, broken] of edits) {
    if (text.split(whole).length !== 2) throw new Error(`${path}: this has to stand there once, to be broken:\n${whole}`);
    text = text.replace(whole, () => broken);
  }
  writeFileSync(path, text);
}

async function failures(copy, test, only) {
  const report = join(copy, 'report.json');
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const config = join(copy, test.startsWith('integration/') ? 'jest.config.js' : 'jest.unit.config.js');
  const told = await run([
    '--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '--config', config, '--forceExit', '--runInBand', '--reporters', 'default', '--json', '--outputFile', report,
    '--setupFiles', join(copy, 'test/broken/first-counterexample.mjs'), '-t', only, `test/${test}`,
  ], copy);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const suites = testResults.map(({ assertionResults }) => assertionResults);
  // A file that can't be run at all proves nothing.
  if (suites.length === 0 || suites.some((results) => results.length === 0)) throw new Error(`test/${test} could not be run:\n${told}`);
  return suites.flat().filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
}

/** What it says on standard error, once it has ended. */
function run(args, cwd) {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (text) => { told += text; });
  return new Promise((done, failed) => child.on('error', failed).on('close', () => { done(told); }));
}
