/** What a verification may find wrong: each kind with what it means, and the invariant (docs/architecture.md) that it breaks. */
export const FINDING_KINDS = {
  state_lost: { breaks: 'I5', means: 'the topics show progress, but the lane has no state in Redis' },
  partitions_differ: { breaks: 'I5', means: 'the state was made with another number of partitions' },
  offset_outside: { breaks: 'I5', means: 'a next offset to read lies outside of its topic' },
  position_differs: { breaks: 'I5', means: 'another record stands where the last applied one was' },
  counts_differ: { breaks: 'I7', means: 'read, applied, duplicate and dead letter are not what the topic holds' },
  outbox_damaged: { breaks: 'I3', means: 'the outbox does not hold the numbers that it says' },
  output_end_differs: { breaks: 'I3', means: 'the state knows more of an output than the output holds' },
  number_missing: { breaks: 'I3', means: 'a cx_seq that was given out is neither published nor in the outbox' },
  number_not_given: { breaks: 'I3', means: 'a published cx_seq was never given out: the state went back, or a stranger wrote' },
  number_reused: { breaks: 'I4', means: 'a cx_seq not above the highest before it carries something that was not published before' },
  record_foreign: { breaks: 'I3', means: 'a record of an output is not one of this service' },
  id_two_contents: { breaks: 'I4', means: 'one id carries two contents' },
  id_differs: { breaks: 'I4', means: 'an id is not the one of its kind, order, episode and revision' },
  sequence_not_rising: { breaks: 'I4', means: 'the sequence of an order does not rise' },
  dead_letter_missing: { breaks: 'I7', means: 'a refused record has no dead letter' },
  dead_letter_unfounded: { breaks: 'I7', means: 'a dead letter stands for no refused record' },
  dead_letter_differs: { breaks: 'I7', means: 'a dead letter is not what its record was, or gives another reason' },
  dead_letter_twice: { breaks: 'I7', means: 'a record has two dead letters' },
  fact_missing: { breaks: 'I1', means: 'a record below the next offset was not applied' },
  fact_unfounded: { breaks: 'I1', means: 'a fact stands for no record of the topic' },
  fact_differs: { breaks: 'I1', means: 'a fact says something else than its record' },
  fact_twice: { breaks: 'I1', means: 'an id was applied twice' },
  fact_not_read: { breaks: 'I1', means: 'a fact comes from an offset that the lane says it has yet to read' },
  state_unreadable: { breaks: 'I1', means: 'what is stored of an order cannot be read' },
  order_unlisted: { breaks: 'I1', means: 'an order is missing from the list of all orders' },
  order_forgotten: { breaks: 'I1', means: 'an order that was given up was not at rest, or left something behind' },
  time_implausible: { breaks: 'I6', means: 'an order was judged at a time that cannot have been reached' },
  deadline_differs: { breaks: 'I6', means: 'the stored deadline is not the next one of the order' },
  deadline_overdue: { breaks: 'I6', means: 'a deadline has passed and was not judged' },
  index_missing: { breaks: 'I1', means: 'an index entry is missing' },
  index_stale: { breaks: 'I1', means: 'an index entry names an order that does not belong there' },
  said_differs: { breaks: 'I3', means: 'what was said, as Redis keeps it, is not the present assessment' },
  events_differ: { breaks: 'I3', means: 'cx.events do not add up to what was said' },
  change_illegal: { breaks: 'I8', means: 'an event or alert does not follow from the one before it' },
  alert_differs: { breaks: 'I3', means: 'cx.alerts does not end with the alert that the assessment asks for' },
  journey_missing: { breaks: 'I3', means: 'an order has no record on cx.journeys' },
  journey_stale: { breaks: 'I3', means: 'the last record on cx.journeys is not the present assessment' },
  journey_unfounded: { breaks: 'I3', means: 'cx.journeys or cx.events tells of an order that is not known' },
} as const;

export type FindingKind = keyof typeof FINDING_KINDS;

export interface Finding {
  readonly kind: FindingKind;
  readonly lane: number;
  /** null: it is about no single order. */
  readonly orderId: string | null;
  /** `topic/partition/offset` as on the broker, or null. */
  readonly at: string | null;
  /** Expected and found, without customers and free text. */
  readonly text: string;
}

export interface FoundOfKind {
  readonly kind: FindingKind;
  readonly count: number;
  /** The first ones. */
  readonly examples: readonly Finding[];
}

/** Examples kept of a kind; all are counted. */
const MOST_EXAMPLES = 20;

/** Counts findings and keeps the first of each kind. */
export function createFindings() {
  const kinds = new Map<FindingKind, { count: number; examples: Finding[] }>();
  return {
    add(finding: Finding): void {
      const known = kinds.get(finding.kind) ?? { count: 0, examples: [] };
      kinds.set(finding.kind, known);
      known.count += 1;
      if (known.examples.length < MOST_EXAMPLES) known.examples.push(finding);
    },
    any: (): boolean => kinds.size > 0,
    /** Kinds in the order in which they were met. */
    all: (): FoundOfKind[] => [...kinds].map(([kind, { count, examples }]) => ({ kind, count, examples })),
  };
}
export type Findings = ReturnType<typeof createFindings>;

/** Tells a finding of a lane. */
export type Tell = (kind: FindingKind, text: string, about?: { readonly orderId?: string; readonly at?: string }) => void;

export const tellerOf = (lane: number, add: (finding: Finding) => void): Tell =>
  (kind, text, { orderId, at } = {}) => { add({ kind, lane, orderId: orderId ?? null, at: at ?? null, text }); };
