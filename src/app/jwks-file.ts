import { JwksUnusable, type PublicKeys, readJwks } from '../adapters/http/jwt.js';
import type { JwtSettings } from '../adapters/http/jwt-settings.js';

export interface JwksTelemetry {
  /** Other keys are in force; so many. */
  jwksRead(keys: number): void;
  /** The file cannot be used, and the keys in force stay. */
  jwksRefused(why: string): void;
}

export interface JwksFile {
  present(): PublicKeys;
  /** Reads the file again: takes up other keys, and nothing of a file that is wrong. Tells of it only what it has not told before. */
  reread(): void;
}

export interface JwksFileParts {
  readonly path: string;
  readonly algorithms: JwtSettings['algorithms'];
  /** May throw. */
  readonly readFile: (path: string) => string;
  readonly telemetry: JwksTelemetry;
}

/**
 * The public keys of a file whose owner exchanges them while the service runs.
 * @throws JwksUnusable when it cannot be used now; the message names the file
 */
export function openJwksFile({ path, algorithms, readFile, telemetry }: JwksFileParts): JwksFile {
  const read = (): { readonly text: string; readonly keys: PublicKeys } => {
    const text = textOf(path, readFile);
    return { text, keys: usable(path, () => readJwks(text, algorithms)) };
  };
  let inForce = read();
  let complaint: string | null = null;
  telemetry.jwksRead(inForce.keys.count);
  return {
    present: () => inForce.keys,
    reread() {
      try {
        const now = read();
        if (now.text === inForce.text && complaint === null) return;
        [inForce, complaint] = [now, null];
        telemetry.jwksRead(now.keys.count);
      } catch (error) {
        if (!(error instanceof JwksUnusable)) throw error;
        if (error.message !== complaint) telemetry.jwksRefused(error.message);
        complaint = error.message;
      }
    },
  };
}

function textOf(path: string, readFile: (path: string) => string): string {
  try {
    return readFile(path);
  } catch (error) {
    throw new JwksUnusable(`${path} cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault'}`);
  }
}

function usable(path: string, read: () => PublicKeys): PublicKeys {
  try {
    return read();
  } catch (error) {
    throw error instanceof JwksUnusable ? new JwksUnusable(`${path} cannot be used: ${error.message}`) : error;
  }
}
