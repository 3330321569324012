import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, run } from './run-command.js';
import { Unavailable } from './server.js';

/** Certificates of an authority that nobody knows, as companies have them; all files PEM. */
export interface Certificates {
  readonly ca: string;
  /** Of a server at 127.0.0.1: its certificate and its key (PKCS 8), by themselves and in one file. */
  readonly server: { readonly cert: string; readonly key: string; readonly both: string };
  /** Of a client called `touchpoint`. */
  readonly client: { readonly cert: string; readonly key: string };
}

/** Makes them in a folder. Throws Unavailable where openssl is missing. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const openssl = onPath('openssl');
  if (openssl === null) throw new Unavailable('openssl is missing (no openssl on PATH)');
  const call = (...args: string[]) => run(openssl, args, { timeoutMs: 30_000 });
  const at = (name: string): string => join(folder, name);
  const [caKey, ca] = [at('ca.key'), at('ca.pem')];
  await call('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=A company', '-keyout', caKey, '-out', ca);
  const sign = async (name: string, extensions: string): Promise<{ readonly cert: string; readonly key: string }> => {
    const [key, cert, request, extra] = [at(`${name}.key`), at(`${name}.pem`), at(`${name}.csr`), at(`${name}.ext`)];
    writeFileSync(extra, extensions);
    await call('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-keyout', key, '-out', request);
    await call('x509', '-req', '-in', request, '-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', extra, '-out', cert);
    return { cert, key };
  };
  const server = await sign('server', 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const client = await sign('touchpoint', 'extendedKeyUsage=clientAuth\n');
  return { ca, server: { ...server, both: joined(at('server-both.pem'), server) }, client };
}

function joined(file: string, { cert, key }: { readonly cert: string; readonly key: string }): string {
  writeFileSync(file, [key, cert].map((part) => readFileSync(part, 'utf8')).join(''));
  return file;
}
