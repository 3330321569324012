import { readFileSync } from 'node:fs';
import { JwksUnusable } from '../adapters/http/jwt.js';
import type { Config } from '../app/config.js';
import { type JwksFile, type JwksTelemetry, openJwksFile } from '../app/jwks-file.js';
import { CommandFault } from './context.js';

/** The keys of JWTs, null where none is taken; says what is wrong with their file (exit code 2). */
export function jwksOrFault({ jwt }: Config, telemetry: JwksTelemetry): JwksFile | null {
  if (jwt === null) return null;
  try {
    return openJwksFile({ path: jwt.jwksFile, algorithms: jwt.algorithms, readFile: (path) => readFileSync(path, 'utf8'), telemetry });
  } catch (error) {
    throw error instanceof JwksUnusable ? new CommandFault(`http.jwt.jwksFile: ${error.message}`, 2) : error;
  }
}
