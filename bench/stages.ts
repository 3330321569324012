import type * as File from '../src/adapters/simulator/file.js';
import type * as Config from '../src/app/config.js';
import type * as Assess from '../src/core/assess.js';
import type * as Changes from '../src/core/changes.js';
import type * as Decode from '../src/pipeline/decode.js';
import type * as Book from '../src/pipeline/live-order.js';
import type * as Render from '../src/pipeline/render.js';
import type { SourceTopic } from '../src/contracts/names.js';
import type { Fact } from '../src/core/fact.js';
import type { SourceRecord } from '../src/pipeline/ports.js';

/**
 * What an event costs in a lane, stage by stage: parse, decode, fold, assess, difference, render, pack. Each stage is run on top
 * of those before it, on the same simulated events in the order in which they arrive, and what it adds is its cost. CPU time
 * counts, medians of `--rounds` (5); ratios to the parse of the same bytes can be compared between machines.
 *
 *     npm run bench:stages [-- --orders 4000] [--rounds 5] [--check]
 *
 * `--check` exits with 1 where the whole has become slower than LIMIT allows, in parses of the same events.
 */
const from = async <T>(path: string): Promise<T> => (await import(new URL(`../dist/${path}`, import.meta.url).href)) as T;
const { simulateOrders } = await from<typeof File>('adapters/simulator/file.js');
const { defaultConfig } = await from<typeof Config>('app/config.js');
const { assess } = await from<typeof Assess>('core/assess.js');
const { sayChanges } = await from<typeof Changes>('core/changes.js');
const { createDecoder } = await from<typeof Decode>('pipeline/decode.js');
const { newOrder, packLiveOrder, takeIn } = await from<typeof Book>('pipeline/live-order.js');
const { createRenderer } = await from<typeof Render>('pipeline/render.js');
const { parseArgs } = await import('node:util');

const { values: options } = parseArgs({
  options: { orders: { type: 'string', default: '4000' }, rounds: { type: 'string', default: '5' }, check: { type: 'boolean', default: false } },
});
/** All stages together took so many parses when this was last measured; a third more is a regression. */
const LIMIT = { parses: 10.3, tolerance: 4 / 3 };
/** Events between two commits: what is new of an order is packed once in them. */
const STEP = 1_000;
const MOST_FACTS = 5_000;

interface Stage {
  readonly name: string;
  /** Goes through all the events, doing this and every earlier stage. */
  readonly run: () => void;
}

const config = defaultConfig();
const context = { rules: config.rules, covered: new Set<never>() };
const topics: SourceTopic[] = [];
const values: Buffer[] = [];
for (const { topic, event } of simulateOrders({ seed: 'bench', start: Date.parse('2026-01-01T00:00:00Z'), orders: Number(options.orders) })) {
  topics.push(topic);
  values.push(Buffer.from(JSON.stringify(event)));
}
const records = values.map((value, offset): SourceRecord => ({ topic: topics[offset] ?? 'orders', partition: 0, offset, timestamp: 0, key: null, value, headers: {} }));
const decode = createDecoder({ now: () => Date.parse('2030-01-01T00:00:00Z'), maxValueBytes: 1_048_576, maxAheadMs: 3_600_000, keyOf: null });
const renderer = createRenderer({
  topicNames: config.topics.sources, source: 'touchpoint/bench', rulesVersion: config.rules.version, alertMaxAgeMs: config.alerts.maxAgeMs,
}, () => Date.parse('2030-01-01T00:00:00Z'));

let derived = 0;
let packed = 0;
const lane = (depth: 'fold' | 'assess' | 'difference' | 'render' | 'pack') => (): void => {
  const orders = new Map<string, ReturnType<typeof newOrder>>();
  let touched = new Set<ReturnType<typeof newOrder>>();
  let time = -Infinity;
  derived = packed = 0;
  const judge = (order: ReturnType<typeof newOrder>, fact: Fact): void => {
    const assessment = assess(order.journey, Math.max(0, time), context);
    if (depth === 'assess') return;
    const cause = { fact, at: fact.at };
    for (const change of sayChanges(order.state.said, assessment, cause)) {
      derived += 1;
      if (depth !== 'difference') renderer.change(change, assessment, cause, 0, { seq: derived, judgedAt: Math.max(0, time) });
    }
  };
  records.forEach((record, i) => {
    const decoded = decode(record);
    if (decoded.kind !== 'event' || decoded.orderId === null) return;
    const { orderId, fact } = decoded;
    time = Math.max(time, fact.at);
    let order = orders.get(orderId);
    if (order === undefined) orders.set(orderId, (order = newOrder(orderId)));
    if (takeIn(order, fact, MOST_FACTS) !== 'applied') return;
    if (depth !== 'fold') judge(order, fact);
    if (depth !== 'pack') return;
    touched.add(order);
    if (i % STEP !== 0) return;
    for (const each of touched) packed += packLiveOrder(each).facts.length;
    touched = new Set();
  });
};

const stages: readonly Stage[] = [
  { name: 'parse', run: () => { for (const value of values) JSON.parse(value.toString()); } },
  { name: 'decode', run: () => { for (const record of records) decode(record); } },
  ...(['fold', 'assess', 'difference', 'render', 'pack'] as const).map((name) => ({ name, run: lane(name) })),
];

/** CPU microseconds an event. */
const cost = ({ run }: Stage): number => {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / values.length;
};

const rounds: number[][] = stages.map(() => []);
for (const stage of stages) cost(stage);
// In turn, so that a machine that slows down slows all of them down.
for (let round = 0; round < Number(options.rounds); round++) stages.forEach((stage, i) => rounds[i]?.push(cost(stage)));
const medians = rounds.map((costs) => costs.sort((a, b) => a - b)[costs.length >> 1] ?? 0);
const [parse = 0] = medians;
const whole = medians.at(-1) ?? 0;

const bytes = values.map(({ length }) => length).sort((a, b) => a - b);
console.log(`${values.length.toLocaleString('en')} events of ${options.orders} orders, median ${bytes[bytes.length >> 1]} bytes; ${derived.toLocaleString('en')} derived records, ${packed.toLocaleString('en')} bytes of facts packed`);
console.log('stage        us/event   share   in parses');
stages.forEach(({ name }, i) => {
  const own = (medians[i] ?? 0) - (medians[i - 1] ?? 0);
  console.log(`${name.padEnd(12)} ${own.toFixed(2).padStart(8)} ${`${((100 * own) / whole).toFixed(0)} %`.padStart(7)} ${(own / parse).toFixed(2).padStart(11)}`);
});
console.log(`${'all'.padEnd(12)} ${whole.toFixed(2).padStart(8)} ${''.padStart(7)} ${(whole / parse).toFixed(2).padStart(11)}   (${Math.round(1_000 / whole)} k events per CPU second)`);
if (options.check && whole / parse > LIMIT.parses * LIMIT.tolerance) {
  console.error(`an event costs ${(whole / parse).toFixed(2)} parses; ${LIMIT.parses} were measured, a third more is allowed`);
  process.exitCode = 1;
}
