import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './services/places.js';

/** The dashboards as they lie in the repository. */

export const DASHBOARDS_FOLDER = join(repositoryRoot, 'deploy', 'grafana', 'dashboards');

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly refId: string; readonly instant: boolean }[];
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string; readonly current: { readonly value?: string } }[] };
}

export const dashboards = (): readonly DashboardJson[] =>
  readdirSync(DASHBOARDS_FOLDER).map((file) => JSON.parse(readFileSync(join(DASHBOARDS_FOLDER, file), 'utf8')) as DashboardJson);

export interface PanelQuery {
  readonly board: string;
  readonly panel: string;
  readonly expr: string;
}

/** Every query with its variables filled in: what was chosen at first, or what Grafana puts there at this width. */
export const panelQueries = (board: DashboardJson, rateInterval: string): readonly PanelQuery[] => {
  const values = new Map(board.templating.list.map(({ name, current }): [string, string] => [name, current.value ?? '']));
  values.set('__rate_interval', rateInterval);
  return board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({
    board: board.uid, panel: title, expr: expr.replace(/\$(\w+)/g, (whole, name: string) => values.get(name) ?? whole),
  })));
};
