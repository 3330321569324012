/** One thing that is wrong with a configuration, where, and what was expected. */
export interface Problem {
  /** The file, or `environment`. */
  readonly source: string;
  /** Dotted path of the setting, or the name of the variable; empty: the file as a whole. */
  readonly path: string;
  /** Line in the file, from 1; null where there is none. */
  readonly line: number | null;
  readonly message: string;
}

/** One line per problem, in the order in which they stand in the file. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(({ source, path, line, message }) => {
    const at = line === null ? source : `${source}:${line}`;
    return path === '' ? `${at}: ${message}` : `${at}: ${path}: ${message}`;
  }).join('\n');
}

export type Path = readonly (string | number)[];

/** `alerts.owners[0].team`. */
export const formatPath = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');

/** Is this the path of a setting, or of a section around it, or of something within it? */
export const isAround = (path: Path, setting: Path): boolean => path.every((step, i) => i >= setting.length || step === setting[i]);
