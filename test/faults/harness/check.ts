import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { COVERABLE_SOURCES, OUTPUT_TOPICS } from '../../../src/contracts/names.js';
import type { TopicCount } from '../../../src/pipeline/ports.js';
import { type Derived, foldedJourney, foldEvents } from '../../support/derived.js';
import { ndjson } from '../../support/touchpoint.js';
import { grouped } from './grouped.js';
import type { Installation } from './installation.js';
import { lanesOf, settled } from './state.js';
import { readTopics, type StoredRecord } from './topics.js';

/** What became of everything that was written into the source topics. */
export interface Verdict {
  /** Records that stand in the source topics. */
  readonly records: number;
  /** Orders, changes or records that are missing or wrong anywhere. */
  readonly lost: number;
  /** What a consumer that drops ids gets twice. */
  readonly doubled: number;
  /** Records of the numbered output topics that repeat an id seen before. */
  readonly repeats: number;
  /** Each lost or doubled thing, and each other contradiction, in words. */
  readonly problems: readonly string[];
}

const SETTLE_MS = 60_000;

/**
 * Waits until the installation has come to rest and compares all that it says with a replay of what stands in the source
 * topics: folded events, chains of sequences, alerts, published journeys, orders over HTTP, dead letters, and the account. Then
 * the product's own verification has to agree.
 * @param isCommitted tells of a source record whether it counts, where KafkaJS's consumer may hand out others
 */
export async function checkInstallation(installation: Installation, isCommitted: (record: StoredRecord) => boolean = () => true): Promise<Verdict> {
  const asOf = Date.now();
  await settled(installation, asOf, SETTLE_MS);
  const written = (await readTopics(installation.ground.brokers, installation.sources)).filter(isCommitted);
  const expected = await replayed(installation, written, asOf);
  const outputs = grouped(await readTopics(installation.ground.brokers, OUTPUT_TOPICS.map(installation.topicName)), ({ topic }) => topic);
  const of = (topic: string): readonly StoredRecord[] => outputs.get(installation.topicName(topic)) ?? [];
  const lost: string[] = [];
  const doubled: string[] = [];
  const events = distinct(of('cx.events'), doubled);
  const alerts = distinct(of('cx.alerts'), doubled);
  compareSequences([...events.kept, ...alerts.kept], lost, doubled);
  compareFolded(events.kept, expected.journeys, lost);
  compareAlerts(alerts.kept, expected.journeys, lost);
  comparePublished(of('cx.journeys'), expected.journeys, lost);
  await compareHttp(installation, expected.journeys, lost);
  const letters = compareLetters(of('cx.dead-letters'), expected.account, lost, doubled);
  await compareAccount(installation, expected.account, written.length, lost);
  await ownVerification(installation, lost);
  for (const topic of ['cx.events', 'cx.alerts', 'cx.dead-letters']) compareSeqs(topic, of(topic), lost, doubled);
  return verdictOf(written.length, lost, doubled, events.repeats + alerts.repeats + letters);
}

/** Of lanes that stand still: what they said until then must be the beginning of a right history, each change once. */
export async function checkSaid(installation: Installation): Promise<Verdict> {
  const records = await readTopics(installation.ground.brokers, installation.sources);
  const outputs = grouped(await readTopics(installation.ground.brokers, OUTPUT_TOPICS.map(installation.topicName)), ({ topic }) => topic);
  const of = (topic: string): readonly StoredRecord[] => outputs.get(installation.topicName(topic)) ?? [];
  const lost: string[] = [];
  const doubled: string[] = [];
  const events = distinct(of('cx.events'), doubled);
  const alerts = distinct(of('cx.alerts'), doubled);
  compareSequences([...events.kept, ...alerts.kept], lost, doubled);
  for (const topic of ['cx.events', 'cx.alerts', 'cx.dead-letters']) compareSeqs(topic, of(topic), lost, doubled);
  return verdictOf(records.length, lost, doubled, events.repeats + alerts.repeats);
}

const verdictOf = (records: number, lost: readonly string[], doubled: readonly string[], repeats: number): Verdict => ({
  records, lost: lost.length, doubled: doubled.length, repeats,
  problems: [...lost.map((what) => `lost or wrong: ${what}`), ...doubled.map((what) => `doubled: ${what}`)],
});

type Journey = Readonly<Record<string, unknown>> & Parameters<typeof foldedJourney>[0] & { readonly orderId: string };
type Account = Readonly<Record<string, TopicCount>>;

/** What the product itself says of it. */
async function ownVerification(installation: Installation, lost: string[]): Promise<void> {
  const { code, stdout, stderr } = await installation.run(['verify', '--rate', '0']);
  if (code !== 0) lost.push(`\`touchpoint verify\` ends with ${String(code)}: ${stdout}${stderr}`);
}

/** The right answer: what stands in the topics, as a file, through `touchpoint replay`. */
async function replayed(installation: Installation, written: readonly StoredRecord[], asOf: number): Promise<{ journeys: Journey[]; account: Account }> {
  const directory = mkdtempSync(join(tmpdir(), 'touchpoint-replayed-'));
  const input = join(directory, 'events.ndjson');
  const lines = written.map(({ value }) => value?.toString() ?? 'null').map((text) => ({ text, at: /"occurredAt":"([^"]*)"/.exec(text)?.[1] ?? '' }));
  writeFileSync(input, lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ text }) => `${text}\n`).join(''));
  const done = await installation.run(['replay', input, '--out', directory, '--as-of', new Date(asOf).toISOString(), '--sources', COVERABLE_SOURCES.join(',')]);
  if (done.code !== 0) throw new Error(`replay ended with ${String(done.code)}: ${done.stderr}`);
  const journeys = ndjson(join(directory, 'journeys.ndjson')) as unknown as Journey[];
  const { topics } = JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8')) as { topics: Account };
  rmSync(directory, { recursive: true });
  return { journeys, account: topics };
}

/** Drops the ids seen before; one with another content is told. */
export function distinct(records: readonly StoredRecord[], doubled: string[]): { kept: Derived[]; repeats: number } {
  const seen = new Map<string, string>();
  const kept: Derived[] = [];
  for (const { value, topic, partition, offset } of records) {
    const text = value?.toString() ?? 'null';
    const event = JSON.parse(text) as Derived;
    const before = seen.get(event.id);
    if (before === undefined) {
      seen.set(event.id, text);
      kept.push(event);
    } else if (before !== text) doubled.push(`id ${event.id} has two contents (${topic}/${partition}@${offset}):\n  ${before}\n  ${text}`);
  }
  return { kept, repeats: records.length - kept.length };
}

/** Events and alerts of an order share the numbers 1, 2, 3...: a hole is a loss, a repetition a doubled change. */
export function compareSequences(events: readonly Derived[], lost: string[], doubled: string[]): void {
  for (const [orderId, own] of grouped(events, (event) => event.orderId)) {
    const numbers = own.map(({ sequence }) => sequence).sort((a, b) => a - b);
    if (new Set(numbers).size < numbers.length) doubled.push(`sequences of ${orderId}: ${numbers.join(' ')}`);
    else if (numbers.some((n, i) => n !== i + 1)) lost.push(`sequences of ${orderId}: ${numbers.join(' ')}`);
  }
}

function compareFolded(events: readonly Derived[], journeys: readonly Journey[], lost: string[]): void {
  let folded: ReturnType<typeof foldEvents>;
  try {
    folded = foldEvents(events);
  } catch (error) {
    lost.push(error instanceof Error ? error.message : String(error));
    return;
  }
  for (const journey of journeys) {
    const found = folded.get(journey.orderId) ?? { verdict: 'on_course', signals: {}, patterns: [] };
    if (!isDeepStrictEqual(found, foldedJourney(journey))) lost.push(`events of ${journey.orderId} fold into ${JSON.stringify(found)}, not ${JSON.stringify(foldedJourney(journey))}`);
    folded.delete(journey.orderId);
  }
  for (const orderId of folded.keys()) lost.push(`events of ${orderId}, which no record names`);
}

function compareAlerts(alerts: readonly Derived[], journeys: readonly Journey[], lost: string[]): void {
  const open = new Map<string, readonly string[]>();
  for (const alert of alerts as readonly (Derived & { patterns: readonly string[] })[]) {
    if (alert.type === 'alert.resolved') open.delete(alert.orderId);
    else open.set(alert.orderId, alert.patterns);
  }
  for (const { orderId, patterns } of journeys) {
    const expected = patterns.map(({ pattern }) => pattern);
    if (!isDeepStrictEqual(open.get(orderId) ?? [], expected)) lost.push(`alert of ${orderId}: ${String(open.get(orderId))}, not ${String(expected)}`);
  }
}

function comparePublished(records: readonly StoredRecord[], journeys: readonly Journey[], lost: string[]): void {
  const latest = new Map(records.map(({ key, value }) => [key?.toString() ?? '', value?.toString()]));
  for (const journey of journeys) {
    if (latest.get(journey.orderId) !== JSON.stringify(journey)) lost.push(`cx.journeys of ${journey.orderId}: ${latest.get(journey.orderId) ?? 'nothing'}, not ${JSON.stringify(journey)}`);
  }
}

async function compareHttp(installation: Installation, journeys: readonly Journey[], lost: string[]): Promise<void> {
  const urls = installation.workers().map(({ url }) => url);
  for (const [i, { goods: _goods, place: _place, rules: _rules, ...expected }] of journeys.entries()) {
    const answer = await fetch(`${urls[i % urls.length] ?? ''}/v1/orders/${encodeURIComponent(expected.orderId)}`);
    const told = JSON.parse(await answer.text()) as Record<string, unknown>;
    const wrong = Object.entries(expected).filter(([name, value]) => !isDeepStrictEqual(told[name], value)).map(([name]) => name);
    if (wrong.length > 0) lost.push(`${expected.orderId} over HTTP (${answer.status}): ${wrong.map((name) => `${name} is ${JSON.stringify(told[name])}, not ${JSON.stringify(expected[name])}`).join('; ')}`);
  }
}

/** Each refused record once; how many letters repeat one. */
function compareLetters(letters: readonly StoredRecord[], account: Account, lost: string[], doubled: string[]): number {
  const header = ({ headers }: StoredRecord, name: string): string => String(headers?.[name] ?? '');
  const places = letters.map((letter) => ['topic', 'partition', 'offset'].map((part) => header(letter, `__connect.errors.${part}`)).join('/'));
  const seqs = new Set(letters.map((letter) => `${letter.partition}|${header(letter, 'cx_seq')}`));
  const once = new Set(places).size;
  if (seqs.size > once) doubled.push(`${seqs.size - once} dead letters under another number`);
  const refused = sum(account, 'deadLetter');
  if (once !== refused) lost.push(`${once} records were refused, not ${refused}`);
  return letters.length - once;
}

/** The other way to drop repeats: whatever is not above the highest number seen in its partition. */
export function compareSeqs(topic: string, records: readonly StoredRecord[], lost: string[], doubled: string[]): void {
  for (const [partition, own] of grouped(records, (record) => record.partition)) {
    let highest = 0;
    const kept = new Set<string>();
    for (const { headers } of own) {
      const seq = Number(headers?.['cx_seq']);
      if (seq <= highest) continue;
      highest = seq;
      const id = String(headers?.['ce_id'] ?? seq);
      if (kept.has(id)) doubled.push(`${topic}/${partition}: id ${id} under two numbers`);
      kept.add(id);
    }
    const all = new Set(own.map(({ headers }) => String(headers?.['ce_id'] ?? headers?.['cx_seq'])));
    if (kept.size < all.size) lost.push(`${topic}/${partition}: ${all.size - kept.size} of ${all.size} records are dropped by their numbers`);
  }
}

async function compareAccount(installation: Installation, account: Account, written: number, lost: string[]): Promise<void> {
  const lanes = await lanesOf(installation, 0);
  const total = { read: 0, applied: 0, duplicate: 0, deadLetter: 0 };
  for (const { counts } of lanes) {
    for (const [topic, count] of counts) {
      if (count.read !== count.applied + count.duplicate + count.deadLetter) lost.push(`the account of ${topic} doesn't add up: ${JSON.stringify(count)}`);
      for (const name of Object.keys(total) as (keyof TopicCount)[]) total[name] += count[name];
    }
  }
  const expected = { read: written, applied: sum(account, 'applied'), duplicate: sum(account, 'duplicate'), deadLetter: sum(account, 'deadLetter') };
  if (!isDeepStrictEqual(total, expected)) lost.push(`the lanes count ${JSON.stringify(total)}, a replay ${JSON.stringify(expected)}`);
}

const sum = (account: Account, name: keyof TopicCount): number => Object.values(account).reduce((all, count) => all + count[name], 0);
