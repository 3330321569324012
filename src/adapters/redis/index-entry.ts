import { hash } from 'node:crypto';

/**
 * An entry longer than 64 bytes is too long for a piece of memory that a leaf is, by default: with a UUID as the order's id so many characters
 * are left for the name. A longer one, such as that of a customer with a UUID, is shown by a digest: 96 bits, so that among a billion names the
 * chance that any two are taken for one is less than one in a hundred billion.
 */
const LONGEST_NAME = 24;
const DIGEST_CHARACTERS = 16;

/** With what every entry of this name begins; no other's begins so, whatever names and ids consist of. */
export const indexBeginning = (name: string): string =>
  (name.length <= LONGEST_NAME ? `${name.length}:${name}` : `#${hash('sha256', name, 'base64url').slice(0, DIGEST_CHARACTERS)}`);

/** That the order stands under this name (core/index-keys.ts), as one text: so all names share leaves, however few orders each has. */
export const indexEntry = (name: string, orderId: string): string => indexBeginning(name) + orderId;
