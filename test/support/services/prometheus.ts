import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePorts } from './local-process.js';
import { startLocalServer } from './local-server.js';
import { newDataFolder, repositoryRoot } from './places.js';
import { prometheusBinary } from './prometheus-binary.js';
import type { Server } from './server.js';

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus extends Server {
  /** What an expression gives now. @throws with Prometheus's words when it takes offence at it. */
  query(expr: string): Promise<readonly Series[]>;
}

/** A Prometheus with the rules of deploy/prometheus, which looks at these targets every second. */
export async function startPrometheus(targets: readonly string[]): Promise<Prometheus> {
  const command = await prometheusBinary('prometheus');
  const data = newDataFolder('prometheus');
  const files = join(repositoryRoot, 'deploy', 'prometheus');
  const given = parse(readFileSync(join(files, 'prometheus.yml'), 'utf8')) as { rule_files: string[] };
  for (const file of given.rule_files) cpSync(join(files, file), join(data, file));
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' }, rule_files: given.rule_files,
    scrape_configs: [{ job_name: 'touchpoint', static_configs: [{ targets }] }],
  };
  writeFileSync(join(data, 'prometheus.yml'), stringify(config));
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const server = await startLocalServer({
    name: 'prometheus', command, env: {}, data, address, startTimeoutMs: 30_000,
    args: [`--config.file=${join(data, 'prometheus.yml')}`, `--storage.tsdb.path=${join(data, 'data')}`, `--web.listen-address=${address}`],
    answers: async (at) => fetch(`http://${at}/-/ready`).then(({ ok }) => ok, () => false),
  });
  return { ...server, query: (expr) => query(address, expr) };
}

async function query(address: string, expr: string): Promise<readonly Series[]> {
  const response = await fetch(`http://${address}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
  const body = (await response.json()) as { status: string; error?: string; data?: { result: { metric: Record<string, string>; value: [number, string] }[] } };
  if (body.status !== 'success') throw new Error(`${expr}: ${body.error ?? response.statusText}`);
  return (body.data?.result ?? []).map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}
