/** What a process says on `/metrics`. */
export interface Metrics {
  /** All series of a name together; 0 when there is none. */
  sum(name: string): number;
}

/** Reads Prometheus's text format, as far as sums need it: labels aren't told apart. */
export function parseMetrics(text: string): Metrics {
  const series = new Map<string, number[]>();
  for (const [, name = '', value] of text.matchAll(/^([a-zA-Z_:]\w*)(?:\{[^}\n]*\})? (\S+)$/gm)) {
    const known = series.get(name);
    if (known === undefined) series.set(name, [Number(value)]);
    else known.push(Number(value));
  }
  return {
    sum: (name) => (series.get(name) ?? []).reduce((sum, value) => sum + value, 0),
  };
}
