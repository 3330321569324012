import type { Complain, Read } from './environment.js';

/** PEM texts of TLS beyond the certificate authorities that Node.js trusts. Secret: never shown. */
export interface TlsMaterial {
  /** Authorities that are trusted in place of the known ones. */
  readonly ca?: string;
  /** What the service shows of itself, and the key to it. */
  readonly cert?: string;
  readonly key?: string;
}

const PARTS = ['ca', 'cert', 'key'] as const;

/** The variables that name the files. */
export type TlsVariables = Readonly<Record<keyof TlsMaterial, string>>;

/**
 * Reads the files that these variables name; null: none of them is set.
 * @param usesTls whether the connection is one of TLS, and what to set so that it is
 */
export function readTls(read: Read, complain: Complain, variables: TlsVariables, readFile: (path: string) => string, usesTls: { readonly on: boolean; readonly how: string }): TlsMaterial | null {
  const named = PARTS.map((part) => ({ part, variable: variables[part] })).filter(({ variable }) => read(variable) !== null);
  const [first] = named;
  if (first === undefined) return null;
  if (!usesTls.on) complain(first.variable, `is set, while the connection is not one of TLS: ${usesTls.how}`);
  const lacks = named.some(({ part }) => part === 'cert') ? variables.key : variables.cert;
  if (named.filter(({ part }) => part !== 'ca').length === 1) complain(lacks, 'missing: a certificate and its key go together');
  const material: { ca?: string; cert?: string; key?: string } = {};
  for (const { part, variable } of named) {
    const path = read(variable) ?? '';
    try {
      material[part] = readFile(path);
      if (!material[part].includes('-----BEGIN ')) complain(variable, `the file ${path} is not PEM (-----BEGIN ...)`);
    } catch (error) {
      complain(variable, `the file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return material;
}
