import type { z } from 'zod';
import { AUDITS } from './audits.js';
import { BILLING } from './billing.js';
import { CONTACTS } from './contacts.js';
import { FEEDBACK } from './feedback.js';
import { INCIDENTS } from './incidents.js';
import { LOGISTICS } from './logistics.js';
import type { SourceTopic } from './names.js';
import { NOTIFICATIONS } from './notifications.js';
import { ORDERS } from './orders.js';
import type { SourceEventType } from './source-types.js';

export { SOURCE_EVENT_TYPES } from './source-types.js';
export type { SourceEventType } from './source-types.js';

const DECLARED = { ...ORDERS, ...LOGISTICS, ...BILLING, ...NOTIFICATIONS, ...CONTACTS, ...FEEDBACK, ...INCIDENTS, ...AUDITS };
type Declarations = typeof DECLARED;

/** A validated event of one type, as sent: optional fields may be missing or null. */
export type SourceEventOf<T extends SourceEventType> = z.infer<Declarations[T]['schema']>;
/** A validated event; `type` tells which. */
export type SourceEvent = { [T in SourceEventType]: SourceEventOf<T> }[SourceEventType];

const TOPIC_OF: Readonly<Record<SourceTopic, Partial<Record<SourceEventType, unknown>>>> = {
  orders: ORDERS, logistics: LOGISTICS, billing: BILLING, notifications: NOTIFICATIONS,
  contacts: CONTACTS, feedback: FEEDBACK, incidents: INCIDENTS, audits: AUDITS,
};

export interface SourceDeclaration<T extends SourceEventType = SourceEventType> {
  readonly type: T;
  /** The topic that the type belongs to. */
  readonly topic: SourceTopic;
  readonly schema: z.ZodType<SourceEventOf<T>>;
  readonly example: SourceEventOf<T>;
}

const declared = (): readonly SourceDeclaration[] =>
  (Object.entries(TOPIC_OF) as [SourceTopic, Partial<Record<SourceEventType, unknown>>][]).flatMap(([topic, types]) =>
    (Object.keys(types) as SourceEventType[]).map((type) => ({ type, topic, ...DECLARED[type] })),
  );

/** Every event type by name, for those who must look one up by a text that may be anything. */
export const SOURCES: ReadonlyMap<string, SourceDeclaration> = new Map(declared().map((source) => [source.type, source]));

/** The topic that an event type belongs to; null for a type that isn't ours. */
export const topicOf = (type: string): SourceTopic | null => SOURCES.get(type)?.topic ?? null;
