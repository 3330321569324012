import type { EventDefinition, JoinDefinition, LinkDefinition, MapDefinition, Row, Shape, Value } from './definition.js';
import { idOf, nameOf, twinsBefore } from './event-name.js';
import { exactText } from './exact-json.js';
import { createVocabulary, type Expression, type Scope, type Vocabulary } from './expression.js';
import { at, MapFault, type MapPath } from './map-fault.js';
import { textOfNumber } from './money.js';
import { type Builder, compileEach, compileExpression, compileFields, compileTemplate, jsonOf, type Json, type Report } from './template.js';
import { kindOf } from './value-fault.js';

/** A map whose expressions are ready to run. */
export interface CompiledMap {
  readonly definition: MapDefinition;
  /** Fields that the expressions rely on in the record and in joined rows, by name; of `before` all that they look at. */
  readonly asks: ReadonlyMap<string, ReadonlySet<string>>;
  readonly joins: readonly CompiledJoin[];
  /** Computes what later expressions name. @throws MapFault */
  readonly prepare: (scope: Scope) => void;
  readonly state: { readonly key: (scope: Scope) => string; readonly version: (scope: Scope) => number | string | null } | null;
  readonly events: readonly CompiledEvent[];
  readonly links: readonly CompiledLink[];
}

export interface CompiledJoin {
  readonly definition: JoinDefinition;
  /** The text that the column must hold; null: no row is meant. */
  readonly key: (scope: Scope) => string | null;
}

export interface CompiledEvent {
  readonly definition: EventDefinition;
  /** As it is remembered of a row; null: it is not, as it is told as often as it happens. */
  readonly onceAs: string | null;
  /** The events that a record gives, in order. @throws MapFault */
  readonly build: (scope: Scope, past: Past, give: (event: BuiltEvent) => void) => void;
}

/** What is known of the record's row from before. */
export interface Past {
  /** The version before, where there was one. */
  readonly before: Row | null;
  /** Was this event told of an earlier version? Null: nobody remembers, only the version before tells. */
  readonly isTold: boolean | null;
}

export interface BuiltEvent {
  readonly event: { [key: string]: Json };
  /** What the orders are found by; null: the event names its own. */
  readonly via: { readonly link: string; readonly key: string; readonly split: readonly string[] } | null;
}

export interface CompiledLink {
  readonly definition: LinkDefinition;
  readonly build: (scope: Scope, give: (link: LearnedLink) => void) => void;
}
export interface LearnedLink {
  readonly link: string;
  readonly key: string;
  readonly orderId: string;
  /** What counts for this order when an amount is shared out. */
  readonly share: number;
}

/** Fields that an event must have, and whose null is said and not left out: by its type. */
export type NullableFields = (type: string) => ReadonlySet<string>;

export interface CompileParts {
  readonly report: Report;
  readonly filled: Builder['filled'];
  readonly saysNull: NullableFields;
}

/** Makes a map ready. What can't be used is reported, and the map must then not be run. */
export function compileMap(definition: MapDefinition, { report, filled, saysNull }: CompileParts): CompiledMap {
  const asks = new Map<string, Set<string>>();
  const asked = (expression: Expression): void => {
    for (const { of, field, must } of expression.asks) if (must || of === 'before') asks.set(of, (asks.get(of) ?? new Set()).add(field));
  };
  const builder = { report, asked, filled };
  let vocabulary = withRecord(createVocabulary(definition), definition);
  const joins = definition.joins.map((join): CompiledJoin => {
    const key = keyOf(join.on, ['joins', join.name, 'on', join.column], { ...builder, vocabulary });
    vocabulary = named(vocabulary, join.name, join.fields === null ? (join.many ? 'list' : 'dyn') : { shape: join.fields, is: join.many ? 'list' : 'perhaps' }, ['joins', join.name], report);
    return { definition: join, key };
  });
  const lets = definition.lets.map(({ name, text }) => {
    const path = ['let', name];
    const expression = compileExpression(text, path, { ...builder, vocabulary });
    vocabulary = named(vocabulary, name, expression.type, path, report);
    return { name, path, expression };
  });
  const state = definition.state === null ? null : {
    key: required(keyOf(definition.state.key, ['state', 'key'], { ...builder, vocabulary }), ['state', 'key']),
    version: versionOf(definition.state.version, { ...builder, vocabulary }),
  };
  const whole = { ...builder, vocabulary };
  return {
    definition, asks, joins, state,
    prepare(scope) {
      for (const { name, path, expression } of lets) scope[name] = at(path, () => expression.evaluate(scope));
    },
    links: definition.links.map((link, i) => compileLink(link, ['links', i], whole)),
    events: definition.events.map((event, i) => compileEvent(event, definition, ['events', i], whole, saysNull)),
  };
}

function withRecord(empty: Vocabulary, { fields, state, input }: MapDefinition): Vocabulary {
  const record = empty.with('record', fields === null ? 'dyn' : { shape: fields, is: 'one' });
  const changes = input.format !== 'csv' && input.change !== null;
  const before = state !== null || changes ? record.with('before', fields === null ? 'dyn' : { shape: fields, is: 'perhaps' }) : record;
  return changes ? before.with('change', { shape: CHANGE, is: 'one' }) : before;
}
/** What is known of a change itself: what was done (`c`, `u`, `d`, `r`), and when by the database, in ms. */
const CHANGE: Shape = new Map([['op', { kind: 'text', optional: false }], ['at', { kind: 'number', optional: true }]] as const);

function named(vocabulary: Vocabulary, name: string, type: Parameters<Vocabulary['with']>[1], path: MapPath, report: Report): Vocabulary {
  if (!vocabulary.names.includes(name)) return vocabulary.with(name, type);
  report(path, { message: `\`${name}\` is taken already; choose another name`, name: null, known: [] });
  return vocabulary;
}

/** A key as text; null where the expression gives nothing. */
function keyOf(text: string, path: MapPath, builder: Builder): (scope: Scope) => string | null {
  const expression = compileExpression(text, path, builder);
  return (scope) => {
    const given = at(path, () => expression.evaluate(scope));
    if (typeof given === 'number' || typeof given === 'bigint') return at(path, () => textOfNumber(given));
    const value = at(path, () => jsonOf(given));
    if (value === null || typeof value === 'string') return value === '' ? null : value;
    throw new MapFault(path, `expected a text or number, found ${kindOf(value)}`);
  };
}

function required(key: (scope: Scope) => string | null, path: MapPath): (scope: Scope) => string {
  return (scope) => {
    const value = key(scope);
    if (value === null) throw new MapFault(path, 'expected a text or number, found nothing');
    return value;
  };
}

function versionOf(text: string | null, builder: Builder): (scope: Scope) => number | string | null {
  if (text === null) return () => null;
  const path = ['state', 'version'];
  const expression = compileExpression(text, path, builder);
  return (scope) => {
    const value = at(path, () => expression.evaluate(scope));
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.getTime();
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    if (typeof value === 'number' || typeof value === 'string') return value;
    throw new MapFault(path, `expected a number, text or time, found ${kindOf(value)}`);
  };
}

const always = (): boolean => true;

function condition(text: string | null, path: MapPath, builder: Builder): (scope: Scope) => boolean {
  if (text === null) return always;
  const expression = compileExpression(text, path, builder);
  if (!['bool', 'dyn'].includes(expression.type)) builder.report(path, { message: 'expected a comparison, which gives true or false', name: null, known: [] });
  return (scope) => {
    const value = at(path, () => expression.evaluate(scope));
    if (typeof value !== 'boolean') throw new MapFault(path, `expected true or false, found ${kindOf(value)}`);
    return value;
  };
}

function compileLink(link: LinkDefinition, path: MapPath, whole: Builder): CompiledLink {
  const entries = link.each === null ? null : compileEach(link.each, [...path, 'for'], whole);
  const builder = entries === null ? whole : { ...whole, vocabulary: entries.vocabulary };
  const when = condition(link.when, [...path, 'when'], builder);
  const key = keyOf(link.key, [...path, 'key'], builder);
  const orderId = keyOf(link.orderId, [...path, 'orderId'], builder);
  const sharePath = [...path, 'share'];
  const share = link.share === null ? null : compileExpression(link.share, sharePath, builder);
  const one = (scope: Scope, give: (link: LearnedLink) => void): void => {
    if (!when(scope)) return;
    const [from, to] = [key(scope), orderId(scope)];
    if (from === null || to === null) return;
    const weight = share === null ? 1 : at(sharePath, () => jsonOf(share.evaluate(scope)));
    if (typeof weight !== 'number' || weight < 0) throw new MapFault(sharePath, `expected a number of at least 0, found ${kindOf(weight)}`);
    give({ link: link.link, key: from, orderId: to, share: weight });
  };
  return {
    definition: link,
    build: (scope, give) => {
      if (entries === null) one(scope, give);
      else entries.forEach(scope, () => { one(scope, give); });
    },
  };
}

function compileEvent(event: EventDefinition, map: MapDefinition, path: MapPath, whole: Builder, saysNull: NullableFields): CompiledEvent {
  const entries = event.each === null ? null : compileEach(event.each, [...path, 'for'], whole);
  const builder = entries === null ? whole : { ...whole, vocabulary: entries.vocabulary };
  const when = condition(event.when, [...path, 'when'], builder);
  const named = new Set(event.fields.map(({ name }) => name));
  const dated = event.at === null || named.has('occurredAt') ? null : compileTemplate({ kind: 'expression', text: `time(record[${JSON.stringify(event.at)}])` }, [...path, 'at'], builder);
  if (event.at !== null && dated === null) compileExpression(`record[${JSON.stringify(event.at)}]`, [...path, 'at'], builder);
  if (event.changed !== null) compileExpression(`record[${JSON.stringify(event.changed)}]`, [...path, 'changed'], builder);
  const common = map.common.filter(({ name }) => !named.has(name));
  const own = compileFields(event.fields, path, builder, saysNull(event.type));
  const shared = compileFields(common, ['common'], builder, saysNull(event.type));
  const via = event.via === null ? null : { ...event.via, key: required(keyOf(event.via.key, [...path, 'via', 'key'], builder), [...path, 'via', 'key']) };
  const occurs = occursBy(event);
  const twins = twinsBefore(map.events, event);
  const one = (scope: Scope, key: string, give: (event: BuiltEvent) => void): void => {
    if (!when(scope)) return;
    const told: { [key: string]: Json } = { type: event.type };
    shared(scope, told);
    const occurredAt = dated?.(scope) ?? null;
    if (occurredAt !== null) told['occurredAt'] = occurredAt;
    own(scope, told);
    told['id'] ??= idOf(told, map, event, twins, key);
    give({ event: told, via: via === null ? null : { link: via.link, key: via.key(scope), split: via.split } });
  };
  return {
    definition: event,
    onceAs: event.at === null ? null : nameOf(event, twins),
    build(scope, past, give) {
      if (!occurs(scope['record'] as Row, past)) return;
      const key = (scope[STATE_KEY] ?? '') as string;
      if (entries === null) one(scope, key, give);
      else entries.forEach(scope, () => { one(scope, key, give); });
    },
  };
}

/** Where a mapper puts the key of the row; no name of a map can be this. */
export const STATE_KEY = '#key';

/** Whether the fields that an event rests on say that it happened, or changed. */
function occursBy({ at: field, changed }: EventDefinition): (record: Row, past: Past) => boolean {
  const has = (row: Row, name: string): boolean => (row[name] ?? null) !== null;
  return (record, { before, isTold }) => {
    if (field !== null && (!has(record, field) || (isTold ?? (before !== null && has(before, field))))) return false;
    return changed === null || (before !== null && !isSame(record[changed] ?? null, before[changed] ?? null));
  };
}

const isSame = (a: Value, b: Value): boolean => a === b || (typeof a === 'object' && exactText(a) === exactText(b));
