/** What was started must not outlive a benchmark, however that ends. */
const steps: (() => unknown)[] = [];

/** Has this done at the end, before what was asked for earlier. */
export function atEnd(step: () => unknown): void {
  steps.push(step);
}

/**
 * Runs a benchmark and ends the process with the code that it answers: 1 when it fails, 130 when it is interrupted. In each
 * case everything is cleaned up first.
 */
export function runToEnd(main: () => Promise<number>): void {
  const interrupted = (): void => { void end(130); };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  main().then(end, (error: unknown) => {
    // What was interrupted fails because what it worked with is gone.
    if (!ending) say(error instanceof Error ? error.message : String(error));
    return end(1);
  });
}

let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  for (const step of steps.toReversed()) {
    try {
      await step();
    } catch (error) {
      say(`while cleaning up: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  process.exit(code);
}

/** Tells a person how it goes; results alone go to standard output. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
