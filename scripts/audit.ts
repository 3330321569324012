import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/**
 * Asks the registry for known weaknesses of what is there at run time. Exit code 1: there is a high or critical one. Where the registry
 * gives no answer it says so, and ends with 0: that tells nothing of the packages, and must not stop who works without a network.
 */
interface Audit {
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string; readonly via: readonly (string | { readonly title: string; readonly url: string })[] }>>;
}

const GRAVE = ['high', 'critical'];
const WITHIN_MS = 60_000;

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'], {
  cwd: resolve(import.meta.dirname, '..'), encoding: 'utf8', timeout: WITHIN_MS, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1_024 * 1_024,
});
const { metadata, vulnerabilities = {} } = answerIn(stdout);
if (metadata?.vulnerabilities === undefined) {
  console.log('audit: the registry gave no answer, so nothing is known of weaknesses in dependencies');
} else {
  const grave = Object.entries(vulnerabilities).filter(([, { severity }]) => GRAVE.includes(severity));
  for (const [name, { severity, range, via }] of grave) {
    console.log(`audit: ${name} ${range} (${severity}): ${via.map((cause) => (typeof cause === 'string' ? `by ${cause}` : `${cause.title}, ${cause.url}`)).join('; ')}`);
  }
  console.log(`audit: ${grave.length} high or critical, ${Object.keys(vulnerabilities).length} in all, of the packages that are there at run time`);
  process.exitCode = grave.length === 0 ? 0 : 1;
}

function answerIn(text: string): Audit {
  try {
    return JSON.parse(text) as Audit;
  } catch {
    return {};
  }
}
