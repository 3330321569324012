import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { DASHBOARDS } from '../../deploy/grafana/boards/all.js';
import { dashboards, DASHBOARDS_FOLDER, panelQueries } from '../support/dashboards.js';
import { knownMetrics, metricsIn, rulesIn } from '../support/prometheus-rules.js';
import { repositoryRoot } from '../support/services/places.js';

/** What can be seen of the dashboards without Grafana and Prometheus; queries.deploy.ts runs their queries. */

if (process.env['TOUCHPOINT_WRITE_DASHBOARDS'] === '1') for (const [file, content] of DASHBOARDS) writeFileSync(join(DASHBOARDS_FOLDER, file), content);

const known = knownMetrics();
const recorded = new Set(rulesIn('recording.rules.yml').map(({ record }) => record));
const boards = dashboards();

describe('the dashboards', () => {
  test('are those that deploy/grafana/boards makes (npm run dashboards writes them anew)', () => {
    expect(readdirSync(DASHBOARDS_FOLDER).sort()).toEqual([...DASHBOARDS.keys()].sort());
    for (const [file, content] of DASHBOARDS) expect(readFileSync(join(DASHBOARDS_FOLDER, file), 'utf8')).toBe(content);
  });

  test.each(boards.map((board) => [board.uid, board] as const))('%s: panels have numbers of their own, words, a place, and do not overlap', (_uid, { panels }) => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, type, description, gridPos: { x, y, w, h }, targets = [] } of panels) {
      expect([title, type === 'row' || (description ?? '').length > 15, x + w <= 24, type === 'row' || targets.length > 0]).toEqual([title, true, true, true]);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect([title, taken.has(`${column}/${line}`)]).toEqual([title, false]);
          taken.add(`${column}/${line}`);
        }
      }
    }
  });

  test.each(boards.map((board) => [board.uid, board] as const))('%s: every query names metrics and labels that are there, and no variable that is not', (_uid, board) => {
    const queries = panelQueries(board, '1m');
    expect(queries.length).toBeGreaterThan(10);
    for (const { panel, expr } of queries) {
      expect([panel, expr.includes('$')]).toEqual([panel, false]);
      for (const { name, labels } of metricsIn(expr)) {
        if (name.startsWith('touchpoint:')) expect([panel, name, recorded.has(name)]).toEqual([panel, name, true]);
        else for (const label of ['job', ...labels]) expect([panel, name, label, known.get(name)?.has(label)]).toEqual([panel, name, label, true]);
      }
    }
  });

  test('find their data source and folder as they are provisioned', () => {
    const provisioned = (file: string): unknown => parse(readFileSync(join(repositoryRoot, 'deploy/grafana/provisioning', file), 'utf8'));
    expect(provisioned('datasources/prometheus.yaml')).toMatchObject({ apiVersion: 1, datasources: [{ type: 'prometheus', isDefault: true }] });
    expect(provisioned('dashboards/touchpoint.yaml')).toMatchObject({ apiVersion: 1, providers: [{ type: 'file' }] });
  });

  test('use every recorded figure, or an alarm does', () => {
    const used = new Set([...boards.flatMap((board) => panelQueries(board, '1m')), ...rulesIn('alerts.rules.yml'), ...rulesIn('recording.rules.yml')]
      .flatMap(({ expr }) => metricsIn(expr).map(({ name }) => name)));
    expect([...recorded].filter((name) => !used.has(name ?? ''))).toEqual([]);
  });
});
