import { getOrInsert } from '../../core/get-or-insert.js';
import { customerPart } from '../../pipeline/measure-store.js';
import type { CustomerWrite, LaneCommit, OrderWrite } from '../../pipeline/ports.js';
import type { LaneKeys } from './keys.js';
import { topicField, writeProgress, writeSpan } from './lane-fields.js';
import { traceOf } from './forgotten.js';
import { pack, type Packable } from './pack.js';

/** KEYS and ARGV of scripts/commit.ts. */

export const commitKeys = (keys: LaneKeys): string[] => [keys.lane, keys.outbox, keys.due, keys.dirty, keys.orders, keys.journal];

const NOTHING = Buffer.alloc(0);

export const commitArguments = (keys: LaneKeys, commit: LaneCommit): (string | Buffer)[] => [
  commit.token,
  String(commit.base),
  keys.factsOf,
  keys.stateOf,
  keys.indexOf,
  keys.forgottenOf,
  commit.outbox === null ? '' : writeSpan(commit.outbox),
  commit.outbox === null ? NOTHING : commit.outbox.records,
  packChange(commit),
  commit.measures ?? NOTHING,
  keys.customersOf,
];

const packChange = (commit: LaneCommit): Buffer => {
  const mark = String(commit.base + 1);
  const orders: Packable[] = [];
  const due: string[] = [];
  const notDue: string[] = [];
  const marks: string[] = [];
  const added = new Map<string, string[]>();
  const removed = new Map<string, string[]>();
  const told = new Map<string, string[]>();
  const untold = new Map<string, string[]>();
  for (const order of commit.orders) {
    orders.push(order.orderId, order.allFacts ?? NOTHING, (order.allFacts === null ? order.facts : null) ?? NOTHING, order.state);
    if (order.due === null) notDue.push(order.orderId);
    else if (order.due !== undefined) due.push(String(order.due), order.orderId);
    if (order.dirty) marks.push(mark, order.orderId);
    indexChanges(order, added, removed);
    for (const each of order.customers) customerChange(order.orderId, each, told, untold);
  }
  const gone = commit.forget.flatMap(({ orderId, indexes, customerId }): Packable[] => {
    for (const name of indexes) entry(removed, name).push(orderId);
    if (customerId !== null) customerChange(orderId, { customerId, told: null }, told, untold);
    const { part, bytes } = traceOf(orderId);
    return [orderId, part, bytes];
  });
  return pack([orders, laneFields(commit), due, notDue, marks, [...added], [...removed], gone, [...told], [...untold]]);
};

const indexChanges = (order: OrderWrite, added: Map<string, string[]>, removed: Map<string, string[]>): void => {
  for (const name of order.indexAdd) entry(added, name).push('0', order.orderId);
  for (const name of order.indexRemove) entry(removed, name).push(order.orderId);
};

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
