/** Where a listing goes on, as opaque text: names its index, so that it cannot be taken to another query unnoticed. */
export interface ListCursor {
  readonly index: string | null;
  readonly position: string;
}

export const encodeCursor = ({ index, position }: ListCursor): string => Buffer.from(JSON.stringify([index, position])).toString('base64url');

/** null: the text was not made by `encodeCursor`. */
export function decodeCursor(text: string): ListCursor | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [index, position] = value as unknown[];
  if (typeof position !== 'string' || (index !== null && typeof index !== 'string')) return null;
  const cursor = { index, position };
  return encodeCursor(cursor) === text ? cursor : null;
}
