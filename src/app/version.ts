import { readFileSync } from 'node:fs';

/** The version that package.json names; the sources and the build lie equally deep below it. */
export const VERSION: string = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
