/** A picture of figures over time, as SVG: one small chart for each figure, all over the same time. */
export interface Series {
  /** With its unit. */
  readonly name: string;
  /** One for each instant; NaN where nothing is known. */
  readonly values: readonly number[];
}

const WIDTH = 720;
const HEIGHT = 90;
const GAP = 46;
const LEFT = 64;
const RIGHT = 16;
const COLOUR = '#2457a6';

/** @param minutes when each value was taken, since the beginning; in order */
export function chartOf(title: string, minutes: readonly number[], series: readonly Series[]): string {
  const height = GAP + series.length * (HEIGHT + GAP);
  const end = minutes.at(-1) ?? 0;
  const x = (at: number): number => LEFT + (end === 0 ? 0 : at / end) * (WIDTH - LEFT - RIGHT);
  const charts = series.map((one, index) => panelOf(one, GAP + index * (HEIGHT + GAP), minutes.map(x)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#333">`,
    `<title>${escaped(title)}</title>`, `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`, `<text x="${LEFT}" y="20" font-size="14">${escaped(title)}</text>`,
    ...charts,
    `<text x="${LEFT}" y="${height - 12}">0 min</text>`, `<text x="${WIDTH - RIGHT}" y="${height - 12}" text-anchor="end">${end.toFixed(0)} min</text>`,
    '</svg>', '',
  ].join('\n');
}

function panelOf({ name, values }: Series, top: number, xs: readonly number[]): string {
  // From zero on, so that what is flat looks flat.
  const most = Math.max(0, ...values.filter((value) => !Number.isNaN(value))) || 1;
  const bottom = top + HEIGHT;
  const points = values.flatMap((value, n) => (Number.isNaN(value) ? [] : [`${(xs[n] ?? 0).toFixed(1)},${(bottom - (value / most) * HEIGHT).toFixed(1)}`]));
  return [
    `<text x="${LEFT}" y="${top - 6}">${escaped(name)}</text>`,
    `<path d="M${LEFT} ${top}V${bottom}H${WIDTH - RIGHT}" fill="none" stroke="#bbb"/>`,
    `<text x="${LEFT - 6}" y="${top + 10}" text-anchor="end">${short(most)}</text>`, `<text x="${LEFT - 6}" y="${bottom}" text-anchor="end">0</text>`,
    `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOUR}" stroke-width="1.5"/>`,
  ].join('\n');
}

const short = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2))));
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
