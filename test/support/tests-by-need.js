import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const tests = resolve(import.meta.dirname, '..');
const servers = join(tests, 'support', 'real-services.ts');

/** Every test file, as a pattern that matches it alone, told apart by whether it or what it imports asks for real servers. */
export function testsByNeed() {
  const files = readdirSync(tests, { recursive: true }).filter((file) => file.endsWith('.test.ts'));
  const needing = new Set(files.filter((file) => reaches(join(tests, file), new Set())));
  const patterns = (chosen) => chosen.map((file) => `<rootDir>/test/${file}`);
  return { withServers: patterns([...needing]), alone: patterns(files.filter((file) => !needing.has(file))) };
}

function reaches(file, seen) {
  if (file === servers) return true;
  if (seen.has(file) || !file.startsWith(tests) || !existsSync(file)) return false;
  seen.add(file);
  const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import\(|import) ?'(\.[^']+)\.js'/g);
  return [...imports].some(([, path]) => reaches(resolve(dirname(file), `${path}.ts`), seen));
}
