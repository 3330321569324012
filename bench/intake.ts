import type * as Logs from '../src/adapters/memory/logs.js';
import type * as Store from '../src/adapters/memory/intake-store.js';
import type * as MapFile from '../src/app/maps/map-file.js';
import type * as Decode from '../src/pipeline/decode.js';
import type * as Lane from '../src/pipeline/mapping/intake-lane.js';
import type { IntakeTelemetry } from '../src/pipeline/mapping/ports.js';
import type { SourceTopic } from '../src/contracts/names.js';
import type { SourceLog } from '../src/pipeline/ports.js';

/**
 * How fast one core makes events of records in the intake, Kafka and Redis aside: read the bytes, map, find rows and links, let events
 * wait, pack what is committed and unpack what is sent. Prints events a second of CPU time, the median of five rounds, beside what
 * plain JSON.parse of the events does; `npm run bench:stages` says the same of a lane of orders. `npm run bench:intake`.
 */
const from = async <T>(path: string): Promise<T> => (await import(new URL(`../dist/${path}`, import.meta.url).href)) as T;
const { createMemoryLogs } = await from<typeof Logs>('adapters/memory/logs.js');
const { createMemoryIntakeStore } = await from<typeof Store>('adapters/memory/intake-store.js');
const { parseMap } = await from<typeof MapFile>('app/maps/map-file.js');
const { createEventDecoder } = await from<typeof Decode>('pipeline/decode.js');
const { createIntakeLane } = await from<typeof Lane>('pipeline/mapping/intake-lane.js');
const { readFileSync } = await import('node:fs');

const ORDERS = 40_000;
const ROUNDS = 5;
const INPUTS = ['erp.orders/0', 'carrier.tracking/0'] as const;
const mapOf = (name: string) => {
  const parsed = parseMap(readFileSync(new URL(`../maps/${name}`, import.meta.url), 'utf8'), name);
  if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
  return { map: parsed.map, tables: new Map() };
};
const nothing = (): void => undefined;
const telemetry: IntakeTelemetry = {
  laneClaimed: nothing, laneDropped: nothing, laneHalted: nothing, stateWentBack: nothing, lossAccepted: nothing, retrying: nothing, schemaWaiting: nothing, schemaMissing: nothing,
  outboxPending: nothing, lag: nothing, committed: nothing, deadLetter: nothing, mapped: nothing,
};
const cpuSeconds = (): number => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** @param early share of the parcels that are scanned before the ERP tells whose they are */
async function round(early: number): Promise<{ readonly events: number; readonly seconds: number; readonly parsed: number }> {
  const logs = createMemoryLogs({ topics: INPUTS as unknown as SourceTopic[], lanes: 1, now: () => Date.now(), rangeRecords: 2_000 });
  for (let n = 0; n < ORDERS; n++) {
    const at = 1_800_000_000_000 + n * 10;
    logs.append('erp.orders/0' as SourceTopic, `SO-${n}`, `SO-${n},2025-03-04 10:00:00,C-${n % 900},Kiel,2025-03-02 08:58:00,2025-03-06,2025-03-05,P-${n},2025-03-04 09:58:00,,10,10,PUMP,950.00`, { timestamp: at });
    logs.append('carrier.tracking/0' as SourceTopic, `P-${n}`, JSON.stringify({ event_id: `t-${n}`, parcel: `P-${n}`, status: 'DELIVERED', at: '2025-03-05T10:00:00+01:00', depot: 'Kiel' }), { timestamp: n % 10 < early * 10 ? at - 5_000 : at + 5 });
  }
  const values: string[] = [];
  const source = logs.source() as unknown as SourceLog<string>;
  const lane = createIntakeLane({
    source, telemetry, store: createMemoryIntakeStore(), wallClock: { now: () => Date.now() }, maps: [mapOf('erp/erp.yaml'), mapOf('carrier/carrier.yaml')],
    writer: { write: async (records) => { for (const { value } of records) values.push(String(value)); } },
    decode: createEventDecoder({ now: () => Date.now(), maxValueBytes: 1e6, maxAheadMs: 3_600_000 }), maxValueBytes: 1e6, largestEvent: 1e6, schemas: null, schemaReader: null,
    time: { allowedLatenessMs: 0, settleMs: 1_000, replaySettleMs: 1_000 }, waitMs: 7 * 86_400_000, maxWaiting: 100_000, maxWaitingBytes: 1e9,
    limits: { records: 1_000, bytes: 1_048_576 }, failed: (error) => { throw error; },
  });
  const began = cpuSeconds();
  await source.start({ assigned: () => { lane.start(); }, fetched: (_, range) => { lane.fetched(range); }, failed: (error) => { throw error; } });
  while (values.length < 3 * ORDERS) await new Promise((resolve) => { setTimeout(resolve, 5); });
  const seconds = cpuSeconds() - began;
  await lane.leave('stop');
  await source.stop();
  const parsing = cpuSeconds();
  for (const value of values) JSON.parse(value);
  return { events: values.length, seconds, parsed: values.length / (cpuSeconds() - parsing) };
}

for (const [name, early] of [['records in the order of what happened', 0], ['half of the scans before their links', 0.5]] as const) {
  const rounds: Awaited<ReturnType<typeof round>>[] = [];
  for (let n = 0; n < ROUNDS; n++) rounds.push(await round(early));
  const [rate, parse] = [median(rounds.map(({ events, seconds }) => events / seconds)), median(rounds.map(({ parsed }) => parsed))];
  console.log(`${name.padEnd(40)} ${(rate / 1000).toFixed(1)} k events a CPU second (JSON.parse of them ${Math.round(parse / 1000)} k, ratio ${(rate / parse).toFixed(2)})`);
}
