import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as SchemaFiles from '../src/contracts/schema-files.js';

/** Writes `schemas/` anew from the built contracts; `npm run schemas` builds first. */
const built = new URL('../dist/contracts/schema-files.js', import.meta.url);
const { schemaFiles } = (await import(built.href)) as typeof SchemaFiles;

const target = fileURLToPath(new URL('../schemas/', import.meta.url));
for (const folder of ['json', 'avro']) rmSync(join(target, folder), { recursive: true, force: true });
const files = schemaFiles();
for (const [path, content] of files) {
  const file = join(target, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
console.log(`${String(files.size)} files written below ${target}`);
