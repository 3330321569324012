import { SOURCE_EVENT_TYPES } from '../../contracts/sources.js';
import { compileMap, type CompiledMap } from '../../pipeline/maps/compile-map.js';
import type { EventDefinition, JoinDefinition, LinkDefinition, MapDefinition } from '../../pipeline/maps/definition.js';
import type { MapPath } from '../../pipeline/maps/map-fault.js';
import type { Json } from '../../pipeline/maps/template.js';
import { isAround, type Path, type Problem } from '../config/problems.js';
import { didYouMean } from '../config/suggestions.js';
import { byLine, readYaml, type WrongContent } from '../config/yaml-file.js';
import { constantFault, fieldsAt, nullFields, requiredFields, typeFault } from './event-fields.js';
import { EVENT_WORDS, mapKeysAt, mapSchema, type EventEntry, type MapFile } from './map-schema.js';
import { soundPart } from './sound-part.js';
import { expressionText, loopOf, namedTemplates, shapeOf, type Tell } from './templates.js';

export type ParsedMap =
  | { readonly kind: 'map'; readonly map: CompiledMap }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Reads a map: its frame, its expressions by their types, its events by the contract. All problems are told at once, but those that may come of others. */
export function parseMap(text: string, source: string): ParsedMap {
  const read = readYaml(text, source, { schema: mapSchema, known: mapKeysAt });
  if (read.kind === 'problems') return { kind: 'problems', problems: inOrder([...read.problems.map(withYamlHint), ...(read.content === null ? [] : otherProblems(read.content))]) };
  const { map, faults } = judge(read.data);
  return faults.length > 0 ? { kind: 'problems', problems: inOrder(faults.map(({ path, message }) => read.at(path, message))) } : { kind: 'map', map };
}

/** What is wrong in what is left without the parts of its frame that are wrong. */
function otherProblems({ at, ...content }: WrongContent): readonly Problem[] {
  const rest = mapSchema.safeParse(soundPart(content));
  if (!rest.success) return [];
  return judge(rest.data).faults.filter(({ path }) => !content.wrong.some((wrong) => isAround(path, wrong))).map(({ path, message }) => at(path, message));
}

interface MapFaultAt {
  readonly path: Path;
  readonly message: string;
}

/** The map and what is wrong with it beyond its frame. */
function judge(file: MapFile): { readonly map: CompiledMap; readonly faults: readonly MapFaultAt[] } {
  const faults: MapFaultAt[] = [];
  const tell: Tell = (path, message) => { faults.push({ path, message }); };
  const definition = definitionOf(file, tell);
  const checked = checkEvents(file, tell);
  const map = compileMap(definition, {
    report: (path, { message, name, known }) => { tell(path, `${message}${name === null ? '' : didYouMean(name, known)}`); },
    filled: (path, by) => { if (checked) checkFilled(definition, path, by, tell); },
    saysNull: nullFields,
  });
  if (faults.length === 0) checkUses(map, tell);
  return { map, faults };
}

/** As they stand in the file, each once: the same expression may be met by several events. */
const inOrder = (problems: readonly Problem[]): readonly Problem[] => byLine([...new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem])).values()]);

/** The commonest slip of those who write expressions in YAML. */
function withYamlHint(problem: Problem): Problem {
  const hint = problem.message.includes('Nested mappings') || problem.message.includes('compact mappings') ? '; an expression with ": " in it must stand between double quotes' : '';
  return { ...problem, message: problem.message + hint };
}

function definitionOf(file: MapFile, tell: Tell): MapDefinition {
  const { input, fields, state } = file;
  return {
    name: file.map,
    input: inputOf(file, tell),
    fields: fields === undefined ? null : shapeOf(fields, ['fields'], tell, input.format === 'csv'),
    zone: file.zone ?? null, currency: file.currency ?? null, decimal: file.decimal,
    joins: Object.entries(file.joins).map(([name, join]) => joinOf(name, join, tell)),
    lets: Object.entries(file.let).map(([name, text]) => ({ name, text: expressionText(text) })),
    state: state === undefined ? null : { key: expressionText(state.key), version: optional(state.version) },
    links: file.links.map((link): LinkDefinition => ({
      link: link.link, each: loopOf(link.for), when: optional(link.when), key: expressionText(link.key), orderId: expressionText(link.orderId), share: optional(link.share),
    })),
    common: namedTemplates(file.common, ['common'], tell),
    events: file.events.map((event, i) => eventOf(event, ['events', i], tell)),
    examples: file.examples.map(({ name, record, records, joins, links, events, refused }, i) => {
      if ((record === undefined) === (records === undefined)) tell(['examples', i], 'expected a `record`, or `records` that follow each other');
      if ((events === undefined) === (refused === undefined)) tell(['examples', i], 'expected `events`, the list of what must come of it, or `refused: true`');
      return { name, records: records ?? [record], joins, links, events: events ?? null };
    }),
  };
}

function inputOf({ input, fields }: MapFile, tell: Tell): MapDefinition['input'] {
  const places = { files: listOf('files' in input ? input.files : undefined), topics: listOf(input.topics) };
  if (places.files.length + places.topics.length === 0) tell(['input'], 'expected `files`, whose records are replayed, or `topics`, whose records the intake reads');
  if (input.format !== 'csv') return { format: input.format, ...places, change: input.change ?? null };
  if (places.topics.length > 0 && fields === undefined) tell(['fields'], 'a row on a topic has no heading: its columns are those of `fields`, in that order');
  return { ...input, ...places };
}

const listOf = (names: string | readonly string[] | undefined): readonly string[] => (names === undefined ? [] : typeof names === 'string' ? [names] : names);

const optional = (text: string | undefined): string | null => (text === undefined ? null : expressionText(text));

function joinOf(name: string, { files, on, sort, fields, ...join }: MapFile['joins'][string], tell: Tell): JoinDefinition {
  const [[column, text] = ['', '='] as const] = Object.entries(on);
  return {
    ...join, name, files: listOf(files), column, on: expressionText(text), sort: sort ?? null,
    fields: fields === undefined ? null : shapeOf(fields, ['joins', name, 'fields'], tell, true),
  };
}

function eventOf({ type, for: loop, when, at, changed, via, ...fields }: EventEntry, path: Path, tell: Tell): EventDefinition {
  return {
    type, each: loopOf(loop), when: optional(when), at: at ?? null, changed: changed ?? null,
    via: via === undefined ? null : { ...via, key: expressionText(via.key) },
    fields: namedTemplates(fields, path, tell),
  };
}

/** Are the events of known types, with the fields that these must have? */
function checkEvents({ events, common, state }: MapFile, tell: Tell): boolean {
  const types: readonly string[] = SOURCE_EVENT_TYPES;
  events.forEach((event, i) => {
    if (!types.includes(event.type)) {
      tell(['events', i, 'type'], `no event is called ${event.type}${didYouMean(event.type, types)}`);
      return;
    }
    const given = new Set([...Object.keys(event), ...Object.keys(common), 'id', ...(event.at === undefined ? [] : ['occurredAt']), ...(event.via === undefined ? [] : ['orderId'])]);
    for (const field of requiredFields(event.type)) if (!given.has(field)) tell(['events', i], `\`${field}\` is missing: each ${event.type} must have it`);
    if (state !== undefined && event.at === undefined && event.changed === undefined && event.when === undefined) {
      tell(['events', i], 'of a row that comes again and again, say when this happens: by `at`, `changed` or `when`');
    }
  });
  return events.every(({ type }) => types.includes(type));
}

/** Does what fills a field fit it? Called for each place of each event, with `common` once for every event that takes it. */
function checkFilled({ events }: MapDefinition, path: MapPath, by: { readonly constant: Json } | { readonly type: string }, tell: Tell): void {
  const [root, index, ...rest] = path;
  const types = root === 'events' && typeof index === 'number' ? [events[index]?.type ?? ''] : root === 'common' ? events.map(({ type }) => type) : [];
  const field = contractPath(root === 'common' ? path.slice(1) : rest);
  if (field.length === 0 || field[0] === 'at') return;
  for (const type of new Set(types)) {
    const fault = fieldFault(type, field) ?? ('constant' in by ? constantFault(type, field, by.constant) : mismatch(type, field, by.type));
    // A field of `common` that a type doesn't have is one that others have.
    if (fault !== null && !(root === 'common' && fieldFault(type, field) !== null && events.some((event) => fieldFault(event.type, field) === null))) tell(path, fault);
  }
}

const mismatch = (type: string, field: MapPath, given: string): string | null => {
  const fault = typeFault(type, field, given);
  return fault === null ? null : `${fault}, the expression gives ${GIVEN[given] ?? given}${given === 'double' && fault.includes('text') ? '; text(...) makes it one' : given === 'string' && fault.includes('number') ? '; number(...) or money(...) makes it one' : ''}`;
};
const GIVEN: Readonly<Record<string, string>> = { string: 'a text', double: 'a number', int: 'a whole number', bool: 'true or false', 'google.protobuf.Timestamp': 'a time' };

/** The path within the event: what a choice gives, or each round of a loop, stands where the choice or the loop stands. */
function contractPath(path: MapPath): MapPath {
  const found: (string | number)[] = [];
  for (let i = 0; i < path.length; i++) {
    const step = path[i];
    if (step === undefined) break;
    if (step === 'give') found.push(0);
    else if (step === 'is') i += 1;
    else if (step !== 'else') found.push(step);
  }
  return found;
}

function fieldFault(type: string, field: MapPath): string | null {
  for (let length = 1; length <= field.length; length++) {
    const name = field[length - 1];
    if (typeof name === 'number' || name === undefined) continue;
    const known = fieldsAt(type, field.slice(0, length - 1));
    if (known !== null && !known.includes(name)) {
      const words = length === 1 ? [...known, ...EVENT_WORDS] : known;
      return `${type} has no field \`${name}\`${didYouMean(name, words) || `; it may have ${known.filter((each) => each !== 'type').join(', ')}`}`;
    }
  }
  return null;
}

/** What no single expression shows. */
function checkUses({ definition }: CompiledMap, tell: Tell): void {
  const kinds = new Set(definition.links.map(({ link }) => link));
  if (definition.events.length === 0 && kinds.size === 0) tell(['events'], 'expected events, or links');
  definition.events.forEach(({ changed, via, fields, type }, i) => {
    if (changed !== null && definition.state === null && !(definition.input.format !== 'csv' && definition.input.change !== null)) {
      tell(['events', i, 'changed'], 'only of versions of a row is it known what changed: say `state`, or read changes');
    }
    for (const field of via?.split ?? []) {
      if (![...fields, ...definition.common].some(({ name }) => name === field)) tell(['events', i, 'via', 'split'], `${type} gives no \`${field}\` here that could be split`);
    }
  });
}
