/** What the commonest faults of a file mean, by the code of Node's error. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder, where a file is expected',
  EACCES: 'this user may not read it',
};

/** Says of a file that was named why it can't be read. */
export function whyUnreadable(file: string, error: unknown): string {
  const { message = String(error), code = '' } = error as Partial<NodeJS.ErrnoException>;
  return `${file}: ${MEANINGS[code] ?? `cannot be read: ${message}`}`;
}
