import { alert } from '../contracts/alerts.js';
import { derivedEvent } from '../contracts/derived.js';
import { parseInstant } from '../contracts/instant.js';
import type { OutputTopic } from '../contracts/names.js';
import { BEGINNING, type OrderState } from '../core/order-state.js';
import { recallAlert, recallEvent } from '../core/recall.js';
import { headerText } from './header-entries.js';
import type { LaneWriter } from './lane-writer.js';
import { openState, writeState } from './live-order.js';
import { decodeOutput } from './output-format.js';
import type { LaneStore, OutputLog, ReadBackRecord } from './ports.js';
import { JUDGED_AT } from './render.js';
import type { SchemaReader } from './schema-reader.js';

export interface RecallParts {
  readonly lane: number;
  readonly store: LaneStore;
  readonly output: OutputLog;
  /** null: there is no schema registry. */
  readonly schemas: SchemaReader | null;
  /** Throws once the lane is being left. */
  readonly goOn: () => void;
}

/** Records read back together, and at the most so many orders changed in one commit. */
const AT_ONCE = 500;
/** The topics that tell what was said, and of the journeys which of them was published last. */
const TELLING = ['cx.events', 'cx.alerts', 'cx.journeys'] as const;

/** What one published record adds to what is known to have been said of its order. */
interface Word {
  readonly orderId: string;
  /** The time reached at which it was said, ms. */
  readonly judgedAt: number;
  readonly recall: (state: OrderState) => void;
}

/**
 * Reads back what was said of the lane's orders and writes it into their states, also of those that the store does not know. Done
 * again from the start it changes nothing more. The orders are left to be judged again. Returns how many records no version of
 * ours can have written.
 */
export async function recallSaid(
  parts: RecallParts, writer: LaneWriter, from: Readonly<Partial<Record<OutputTopic, number>>>, to: ReadonlyMap<OutputTopic, number>,
): Promise<number> {
  let foreign = 0;
  for (const topic of TELLING) {
    const end = to.get(topic) ?? 0;
    for (let at = from[topic] ?? end; at < end; at += AT_ONCE) {
      parts.goOn();
      const records: ReadBackRecord[] = [];
      await parts.output.readBack(parts.lane, topic, at, Math.min(at + AT_ONCE, end), (record) => records.push(record));
      const words: Word[] = [];
      for (const record of records) {
        const word = topic === 'cx.journeys' ? journeyWord(record) : await changeWord(topic, record, parts.schemas);
        if (word !== null) words.push(word);
        else if (topic !== 'cx.journeys') foreign += 1;
      }
      await keep(parts, writer, words);
    }
  }
  return foreign;
}

async function keep({ lane, store }: RecallParts, writer: LaneWriter, words: readonly Word[]): Promise<void> {
  const orderIds = await withoutForgotten(store, writer.lane().forgotten, lane, [...new Set(words.map(({ orderId }) => orderId))]);
  if (orderIds.length === 0) return;
  const stored = await store.load(lane, orderIds);
  const states = new Map(orderIds.map((orderId, i) => [orderId, openState(orderId, stored[i] ?? null)]));
  const before = new Map(orderIds.map((orderId, i) => [orderId, openState(orderId, stored[i] ?? null)]));
  for (const { orderId, judgedAt, recall } of words) {
    const state = states.get(orderId);
    if (state === undefined) continue;
    recall(state);
    state.judgedAt = Math.max(state.judgedAt, judgedAt);
    state.judgedBy = null;
  }
  await writer.commit({ orders: [...states].map(([orderId, state]) => writeState(orderId, before.get(orderId) ?? state, state)) });
}

/** The last that was said of an order that was given up is of no more use: kept, it would look like one of which the facts are yet to come. */
async function withoutForgotten(store: LaneStore, count: number, lane: number, orderIds: readonly string[]): Promise<readonly string[]> {
  if (count === 0 || orderIds.length === 0) return orderIds;
  const forgotten = await store.forgotten(lane, orderIds);
  return orderIds.filter((_, i) => forgotten[i] !== true);
}

async function changeWord(topic: 'cx.events' | 'cx.alerts', { value, headers }: ReadBackRecord, schemas: SchemaReader | null): Promise<Word | null> {
  if (value === null) return null;
  const told: unknown = await decodeOutput({ topic, value, headers }, schemas);
  const read = (topic === 'cx.events' ? derivedEvent : alert).safeParse(told);
  if (!read.success) return null;
  // Not as the schema gives it back: the order of a detail's keys belongs to what was said.
  const change = told as typeof read.data;
  return {
    orderId: change.orderId, judgedAt: judgedAtOf(headers) ?? parseInstant(change.occurredAt) + 1,
    recall: (state) => { if ('alertId' in change) recallAlert(state.said, change); else recallEvent(state.said, change); },
  };
}

function journeyWord({ key, value, headers }: ReadBackRecord): Word | null {
  const id = headerText(headers, 'ce_id');
  if (key === null || value === null || id === null) return null;
  return { orderId: key.toString(), judgedAt: judgedAtOf(headers) ?? BEGINNING, recall: (state) => { state.published = id; } };
}

function judgedAtOf(headers: ReadBackRecord['headers']): number | null {
  const at = parseInstant(headerText(headers, JUDGED_AT) ?? '');
  return Number.isNaN(at) ? null : at;
}
