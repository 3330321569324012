import { createHash, randomBytes } from 'node:crypto';
import { SCOPES, type Scope } from '../contracts/scopes.js';
import { CommandFault } from './context.js';

/** `touchpoint token NAME`: a new bearer token, and what the configuration needs to know it by. The token itself is kept nowhere. */
export function makeToken(name: string, options: { readonly scopes: string }): void {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) throw new CommandFault(`the name "${name}" cannot be used: expected 1 to 64 letters, digits, dots, _ and -`, 2);
  const scopes = scopesOf(options.scopes);
  const token = randomBytes(32).toString('base64url');
  const sha256 = createHash('sha256').update(token).digest('hex');
  process.stdout.write(`${token}\n`);
  process.stderr.write(`
Above is the token: hand it to whoever is to use it, as Authorization: Bearer TOKEN; it can't be shown again.
Below is its entry for the file that TOUCHPOINT_CONFIG names:

http:
  tokens:
    - name: ${name}
      sha256: ${sha256}
      scopes: [${scopes.map((scope) => `'${scope}'`).join(', ')}]
`);
}

function scopesOf(text: string): Scope[] {
  return text.split(',').map((part) => {
    const scope = SCOPES.find((known) => known === part.trim());
    if (scope === undefined) throw new CommandFault(`--scopes ${text}: expected some of ${SCOPES.join(', ')}, by commas`, 2);
    return scope;
  });
}
