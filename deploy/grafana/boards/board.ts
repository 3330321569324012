/** A few words for Grafana's classic dashboard format: what the boards here need of it, laid out in rows. */

export interface Query {
  readonly expr: string;
  /** Grafana's legend, such as `{{topic}}`; absent: the panel's title. */
  readonly legend?: string;
}

export type Unit = 'short' | 's' | 'percentunit' | 'bytes' | 'ops' | 'none';

export interface Panel {
  readonly kind: 'stat' | 'timeseries' | 'bargauge';
  readonly title: string;
  /** What it means, and when to worry. */
  readonly description: string;
  readonly queries: readonly Query[];
  readonly unit: Unit;
  /** Of 24 columns. */
  readonly width: number;
  /** Above (or, from green to red, below) which it is worth a look. */
  readonly red?: { readonly above: number } | { readonly below: number };
  readonly stacked?: boolean;
  readonly max?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
  /** The one that is chosen at first. */
  readonly current: string;
}

export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly choices: readonly Choice[];
  readonly rows: readonly Row[];
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;
const HEIGHTS: Readonly<Record<Panel['kind'], number>> = { stat: 4, timeseries: 8, bargauge: 11 };

export const stat = (title: string, expr: string, more: Omit<Panel, 'kind' | 'title' | 'queries' | 'width'> & { readonly width?: number }): Panel =>
  ({ kind: 'stat', title, queries: [{ expr }], width: 3, ...more });
export const graph = (title: string, queries: readonly Query[], more: Omit<Panel, 'kind' | 'title' | 'queries' | 'width'> & { readonly width?: number }): Panel =>
  ({ kind: 'timeseries', title, queries, width: 12, ...more });
export const bars = (title: string, expr: string, legend: string, more: Omit<Panel, 'kind' | 'title' | 'queries' | 'width'> & { readonly width?: number }): Panel =>
  ({ kind: 'bargauge', title, queries: [{ expr, legend }], width: 12, ...more });

/** The dashboard as Grafana imports it, with a newline at the end. */
export function dashboardJson(board: Board): string {
  const dashboard = {
    uid: board.uid, title: board.title, description: board.description, tags: ['touchpoint'], schemaVersion: 39, version: 1, editable: true,
    graphTooltip: 1, refresh: '15s', time: { from: 'now-1h', to: 'now' }, timezone: 'browser', annotations: { list: [] },
    links: [{ type: 'dashboards', title: 'Touchpoint', tags: ['touchpoint'], asDropdown: true, keepTime: true, includeVars: true, icon: 'external link', targetBlank: false, url: '' }],
    templating: { list: variables(board.choices) },
    panels: laidOut(board.rows),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

const variables = (choices: readonly Choice[]): object[] => [
  { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', current: {}, hide: 0, refresh: 1 },
  {
    name: 'job', label: 'Job', type: 'query', datasource: DATASOURCE, query: { query: 'label_values(cx_events_total, job)', refId: 'job' },
    current: { text: 'touchpoint', value: 'touchpoint' }, refresh: 1, sort: 1, multi: false, includeAll: false, hide: 0,
  },
  ...choices.map(({ name, label, values, current }) => ({
    name, label, type: 'custom', query: values.join(','), current: { text: current, value: current }, multi: false, includeAll: false, hide: 0,
    options: values.map((value) => ({ text: value, value, selected: value === current })),
  })),
];

/** Rows from top to bottom, panels from left to right; a panel that has no room left begins a new line. */
function laidOut(rows: readonly Row[]): object[] {
  const placed: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    placed.push({ id: placed.length + 1, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 }, panels: [] });
    y += 1;
    let [x, tallest] = [0, 0];
    for (const panel of panels) {
      if (x + panel.width > COLUMNS) [x, y, tallest] = [0, y + tallest, 0];
      const h = HEIGHTS[panel.kind];
      placed.push(panelJson(panel, placed.length + 1, { x, y, w: panel.width, h }));
      x += panel.width;
      tallest = Math.max(tallest, h);
    }
    y += tallest;
  }
  return placed;
}

function panelJson(panel: Panel, id: number, gridPos: object): object {
  const { kind, title, description, queries, unit, stacked = false, max } = panel;
  const isNow = kind !== 'timeseries';
  return {
    id, type: kind, title, description, gridPos, datasource: DATASOURCE,
    fieldConfig: { defaults: { unit, ...(max === undefined ? {} : { max }), ...(unit === 'percentunit' ? { min: 0 } : {}), ...colours(panel), ...(isNow ? {} : { custom: lines(stacked) }) }, overrides: [] },
    options: OPTIONS[kind],
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode(65 + i), datasource: DATASOURCE, expr, legendFormat: legend ?? title, instant: isNow, range: !isNow,
    })),
  };
}

function colours({ red, kind }: Panel): object {
  if (red === undefined) return { color: { mode: kind === 'timeseries' ? 'palette-classic' : 'fixed', ...(kind === 'timeseries' ? {} : { fixedColor: 'blue' }) } };
  const steps = 'above' in red ? [{ color: 'green', value: null }, { color: 'red', value: red.above }] : [{ color: 'red', value: null }, { color: 'green', value: red.below }];
  return { color: { mode: kind === 'timeseries' ? 'palette-classic' : 'thresholds' }, thresholds: { mode: 'absolute', steps } };
}

const lines = (stacked: boolean): object =>
  ({ drawStyle: 'line', lineWidth: 1, fillOpacity: stacked ? 40 : 8, showPoints: 'never', spanNulls: false, stacking: { mode: stacked ? 'normal' : 'none', group: 'A' } });

const LAST = { calcs: ['lastNotNull'], fields: '', values: false };
const OPTIONS: Readonly<Record<Panel['kind'], object>> = {
  stat: { reduceOptions: LAST, colorMode: 'value', graphMode: 'none', justifyMode: 'auto', textMode: 'auto', orientation: 'auto' },
  timeseries: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] }, tooltip: { mode: 'multi', sort: 'desc' } },
  bargauge: { reduceOptions: LAST, displayMode: 'basic', orientation: 'horizontal', showUnfilled: true, valueMode: 'color' },
};
