/**
 * A map: how records of one source of a company become source events. This is what a map file says, once read; an expression is
 * still text here.
 */

/** What a record may hold. `date` stands for an instant that an expression gave. */
export type Value = string | number | bigint | boolean | null | Date | readonly Value[] | { readonly [key: string]: Value };
export type Row = { [key: string]: Value };

/** How a value of an event comes about. */
export type Template =
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'expression'; readonly text: string }
  | { readonly kind: 'object'; readonly fields: readonly NamedTemplate[] }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  /** One of several, by a value written as text. `otherwise` null: any other value is a fault. */
  | { readonly kind: 'choice'; readonly of: string; readonly is: readonly NamedTemplate[]; readonly otherwise: Template | null }
  /** One for each entry of a list. */
  | { readonly kind: 'each'; readonly each: Each; readonly give: Template };

export interface NamedTemplate {
  readonly name: string;
  readonly value: Template;
}

/** `name` stands for each entry in turn of the list that `of` gives. */
export interface Each {
  readonly name: string;
  readonly of: string;
}

export interface EventDefinition {
  readonly type: string;
  readonly each: Each | null;
  /** An event only where it gives true. */
  readonly when: string | null;
  /** A field of the record: an event only where it has a value, which tells when it happened. */
  readonly at: string | null;
  /** A field of the record: an event only where it differs from the version before. */
  readonly changed: string | null;
  /** Found by links instead of being named by the record. */
  readonly via: Via | null;
  readonly fields: readonly NamedTemplate[];
}

/** The orders of an event are those that a link knows. */
export interface Via {
  readonly link: string;
  readonly key: string;
  /** Fields with amounts that are shared out among the orders, by the links' shares. */
  readonly split: readonly string[];
}

/** What a record tells of which order something belongs to. */
export interface LinkDefinition {
  readonly link: string;
  readonly each: Each | null;
  readonly when: string | null;
  readonly key: string;
  readonly orderId: string;
  /** Null: all orders of a key share alike. */
  readonly share: string | null;
}

export type FieldKind = 'text' | 'number' | 'boolean' | 'any';
/** What is known of a field of a record. */
export type FieldShape =
  | { readonly kind: FieldKind; readonly optional: boolean }
  | { readonly kind: 'object'; readonly fields: Shape; readonly optional: boolean }
  | { readonly kind: 'list'; readonly of: FieldShape; readonly optional: boolean };
export type Shape = ReadonlyMap<string, FieldShape>;

/** Where records come from: files by their names, topics by their names on the broker; one of the two may be empty. */
interface InputPlaces {
  readonly files: readonly string[];
  readonly topics: readonly string[];
}
/** On a topic a record's value is one row, with the columns of `fields` in their order. */
export interface CsvInput extends InputPlaces {
  readonly format: 'csv';
  readonly delimiter: string;
  readonly encoding: 'utf-8' | 'windows-1252';
}
/** Objects: as JSON text, or in the wire format of a schema registry (`avro`, of topics only). */
export interface ObjectInput extends InputPlaces {
  readonly format: 'ndjson' | 'avro';
  /** Records are changes as Debezium writes them: the row before and after. */
  readonly change: 'debezium' | null;
}

/** Rows of another file, found by a column. */
export interface JoinDefinition {
  readonly name: string;
  readonly files: readonly string[];
  readonly delimiter: string;
  readonly encoding: CsvInput['encoding'];
  readonly column: string;
  /** Gives the text that the column must hold. */
  readonly on: string;
  /** All rows as a list; else the first, or null. */
  readonly many: boolean;
  /** Column that the rows of a list are sorted by: by number where both are, else by bytes. */
  readonly sort: string | null;
  readonly fields: Shape | null;
}

/** Records are versions of rows: of a later version only what changed is told. */
export interface StateDefinition {
  readonly key: string;
  /** Gives a number, text or time that rises with each version; null: versions come in order. */
  readonly version: string | null;
}

export interface MapDefinition {
  readonly name: string;
  readonly input: CsvInput | ObjectInput;
  /** Null: any field may be asked for. */
  readonly fields: Shape | null;
  /** Zone of times without an offset (IANA); null: such a time is a fault. */
  readonly zone: string | null;
  readonly currency: string | null;
  readonly decimal: '.' | ',';
  readonly joins: readonly JoinDefinition[];
  readonly lets: readonly { readonly name: string; readonly text: string }[];
  readonly state: StateDefinition | null;
  readonly links: readonly LinkDefinition[];
  /** Fields of every event that does not give them itself. */
  readonly common: readonly NamedTemplate[];
  readonly events: readonly EventDefinition[];
  readonly examples: readonly Example[];
}

/** A record, or several in turn, with the events that must come of it. */
export interface Example {
  readonly name: string;
  readonly records: readonly unknown[];
  /** Rows of the joined files. */
  readonly joins: Readonly<Record<string, readonly unknown[]>>;
  /** Orders by the keys of links that other records told. */
  readonly links: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Null: the last record must be refused. `id` is compared only where it is given. */
  readonly events: readonly Readonly<Record<string, unknown>>[] | null;
}
