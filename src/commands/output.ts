import { writeSync } from 'node:fs';

/** As a shell has it of programs that SIGPIPE ended. */
const READER_GONE = 141;

/** Ends quietly once nobody reads what is printed any more, as with `| head -1`; there is no use in going on. */
export function endWithReader(): void {
  const end = (error: NodeJS.ErrnoException): never => {
    if (error.code !== 'EPIPE') writeSync(2, `The output cannot be written: ${error.message}\n`);
    process.exit(error.code === 'EPIPE' ? READER_GONE : 1);
  };
  process.stdout.on('error', end);
  process.stderr.on('error', end);
}
