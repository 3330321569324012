import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * Writes what the service is made of as a CycloneDX document: every package of the lock file that is there at run time, with its version,
 * content and licence. The same lock file gives the same bytes, so that two of them can be compared.
 * Usage: npm run sbom [-- FILE]
 */
interface Bom {
  serialNumber?: string;
  readonly metadata: { timestamp?: string; readonly component: { name: string; type: string } };
}
interface Dependents {
  readonly name: string;
  devDependencies?: unknown;
}
interface Lock {
  packages: Readonly<Record<string, Dependents & { readonly dev?: boolean; readonly devOptional?: boolean }>>;
}

const root = resolve(import.meta.dirname, '..');
const file = resolve(process.argv[2] ?? resolve(root, 'dist/sbom.cdx.json'));
const read = (name: string): unknown => JSON.parse(readFileSync(resolve(root, name), 'utf8'));

/** What npm makes of a project without development: told to omit that, it also leaves out what both need (npm 11). */
function runTimeBom(manifest: Dependents, lock: Lock): Bom {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
  delete manifest.devDependencies;
  delete lock.packages['']?.devDependencies;
  lock.packages = Object.fromEntries(Object.entries(lock.packages).filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  const text = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1_024 * 1_024 });
  rmSync(folder, { recursive: true });
  return JSON.parse(text) as Bom;
}

const manifest = read('package.json') as Dependents;
const bom = runTimeBom(manifest, read('package-lock.json') as Lock);
// npm takes the folder's name, the present time and a number by chance.
Object.assign(bom.metadata.component, { name: manifest.name, type: 'application' });
delete bom.metadata.timestamp;
delete bom.serialNumber;
const digest = createHash('sha256').update(JSON.stringify(bom)).digest('hex');
// A UUID of version 8: of our own making, from the content.
const serial = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify({ ...bom, serialNumber: `urn:uuid:${serial}` }, null, 2)}\n`);
console.log(file);
