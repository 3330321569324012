import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../test/support/services/places.js';

const FOLDER = join(repositoryRoot, '.cache', 'bench');
const PAGE = join(repositoryRoot, 'docs', 'benchmarks.md');

/** Keeps a result for the benchmarks that go on from it. */
export function keepResult(name: string, result: object): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(result, null, 1)}\n`);
}

/** The events a second that one worker last did here, of a backlog (`npm run bench`) or of live events (`npm run bench:latency`); null: not known. */
export function keptRate(of: 'throughput' | 'live' = 'throughput'): number | null {
  try {
    const { eventsPerSecond } = JSON.parse(readFileSync(join(FOLDER, `${of}.json`), 'utf8')) as { eventsPerSecond: number };
    return eventsPerSecond;
  } catch {
    return null;
  }
}

/** The page with what stands between the markers of `name` replaced. @throws where it has no such markers */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- measured: npm run ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md lacks the markers of ${name}`);
  return `${page.slice(0, from)}${begin}\n${text}\n${page.slice(to)}`;
}

/** Puts what was measured into docs/benchmarks.md. */
export function writeSection(name: string, text: string): void {
  writeFileSync(PAGE, withSection(readFileSync(PAGE, 'utf8'), name, text));
}
