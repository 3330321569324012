import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

type Spec = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly default?: string | boolean }>>;
type Values<S extends Spec> = { readonly [K in keyof S]: S[K]['type'] extends 'boolean' ? boolean : string | undefined };

/** The command line; prints `help` and ends where it asks for that, or is wrong. */
export function options<S extends Spec>(help: string, spec: S): Values<S> {
  try {
    const known: ParseArgsOptionsConfig = { help: { type: 'boolean', default: false }, ...spec };
    const { values } = parseArgs({ options: known });
    if (values['help'] !== true) return values as Values<S>;
  } catch (error) {
    refuse(`${error instanceof Error ? error.message : String(error)}\n\n${help.trimEnd()}`);
  }
  process.stdout.write(help);
  return process.exit(0);
}

/** A number above 0. Ends the process where it is none. */
export function amount(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
  return refuse(`--${option} ${text}: expected a number above 0`);
}

/** Ends the process, which was called wrongly. */
export function refuse(why: string): never {
  process.stderr.write(`${why}\n`);
  return process.exit(2);
}
