import { getOrInsert } from '../../core/get-or-insert.js';
import { customerPart } from '../../pipeline/measure-store.js';
import { FEW_BYTES } from '../../pipeline/order-write.js';
import type { CustomerWrite, LaneCommit, OrderWrite } from '../../pipeline/ports.js';
import { NO_DEADLINE } from './deadlines.js';
import type { LaneKeys } from './keys.js';
import { topicField, writeProgress, writeSpan } from './lane-fields.js';
import { traceOf } from './forgotten.js';
import { indexEntry } from './index-entry.js';
import { pack, type Packable } from './pack.js';
import { packOrder } from './stored-order.js';

/** KEYS and ARGV of scripts/commit.ts. */

export const commitKeys = (keys: LaneKeys): string[] => [keys.lane, keys.outbox, keys.dirty, keys.orders.names, keys.orders.first, keys.index.names, keys.journal];

const NOTHING = Buffer.alloc(0);

export const commitArguments = (keys: LaneKeys, commit: LaneCommit): (string | Buffer)[] => [
  commit.token,
  String(commit.base),
  keys.orderOf,
  keys.factsOf,
  keys.orders.leafOf,
  keys.index.leafOf,
  keys.forgottenOf,
  keys.customersOf,
  commit.outbox === null ? '' : writeSpan(commit.outbox),
  commit.outbox === null ? NOTHING : commit.outbox.records,
  commit.measures ?? NOTHING,
  packChange(commit),
];

const packChange = (commit: LaneCommit): Buffer => {
  const mark = String(commit.base + 1);
  const orders: Packable[] = [];
  const deadlines: string[] = [];
  const marks: string[] = [];
  const added: string[] = [];
  const removed: string[] = [];
  const told = new Map<string, string[]>();
  const untold = new Map<string, string[]>();
  for (const order of commit.orders) {
    const { orderId, due } = order;
    orders.push(orderId, ...orderParts(order));
    if (due !== undefined) deadlines.push(due === null ? NO_DEADLINE : String(due), orderId);
    if (order.dirty) marks.push(mark, orderId);
    for (const name of order.indexAdd) added.push('0', indexEntry(name, orderId));
    for (const name of order.indexRemove) removed.push(indexEntry(name, orderId));
    for (const each of order.customers) customerChange(orderId, each, told, untold);
  }
  const gone = commit.forget.flatMap(({ orderId, indexes, customerId }): Packable[] => {
    for (const name of indexes) removed.push(indexEntry(name, orderId));
    if (customerId !== null) customerChange(orderId, { customerId, told: null }, told, untold);
    const { part, bytes } = traceOf(orderId);
    return [orderId, part, bytes];
  });
  return pack([orders, laneFields(commit), deadlines, marks, added, removed, gone, [...told], [...untold]]);
};

/** The whole order, or facts to append and the state. */
const orderParts = ({ facts, allFacts, state }: OrderWrite): [Buffer, Buffer, Buffer] =>
  (allFacts === null || allFacts.length > FEW_BYTES ? [NOTHING, facts ?? NOTHING, state] : [packOrder(allFacts, state), NOTHING, NOTHING]);

const customerChange = (orderId: string, { customerId, told: text }: CustomerWrite, told: Map<string, string[]>, untold: Map<string, string[]>): void => {
  const part = String(customerPart(customerId));
  if (text === null) entry(untold, part).push(orderId);
  else entry(told, part).push(orderId, text);
};

const entry = (entries: Map<string, string[]>, name: string): string[] => getOrInsert(entries, name, (): string[] => []);

const laneFields = (commit: LaneCommit): string[] => {
  const fields = ['version', String(commit.base + 1), 'seq', String(commit.seq)];
  if (commit.calendar !== null) fields.push('calendar', String(commit.calendar));
  for (const [topic, progress] of commit.topics) fields.push(topicField(topic), writeProgress(progress));
  if (commit.upkeep !== undefined) fields.push('upkeep', JSON.stringify(commit.upkeep));
  if (commit.carriesOut === true) fields.push('decision', '');
  return fields;
};
