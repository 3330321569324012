import type { OutputTopic, SourceTopic } from '../contracts/names.js';

/** What a lane has to make up for before it speaks again: facts that it has to read again, and what was said of them already. */
export interface CatchUp {
  readonly why: 'state_went_back' | 'rebuild' | 'rewind';
  /** `clear`: the orders have to go first. `recall`: what was said is read back. `read`: the sources are read again, in silence. */
  readonly stage: 'clear' | 'recall' | 'read';
  /** Where the outputs begin that have to be read back. */
  readonly saidFrom: Readonly<Partial<Record<OutputTopic, number>>>;
  /** Nothing is said until each source was read to here. */
  readonly until: Readonly<Partial<Record<SourceTopic, number>>>;
  /** Records before these were counted when they were read first. */
  readonly countedTo: Readonly<Partial<Record<SourceTopic, number>>>;
}

/** Numbers from `first` to `last`. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** What a lane does besides its work or before it. It is kept with the lane's state: whoever claims the lane next goes on with it. */
export interface Upkeep {
  readonly catchUp: CatchUp | null;
  /** The catalogue by which every order of the lane was judged last (pipeline/judge.ts); null: some were not. */
  readonly judgedBy: string | null;
  /** While orders are judged anew: by which catalogue, and the last one that was. */
  readonly sweep: { readonly catalogue: string; readonly after: string } | null;
  /** `cx_seq` that a lost state may have given out, oldest first: never given again, and not all of them were published. */
  readonly skipped: readonly Span[];
  /** No order of the lane is at rest since before this instant, ms (pipeline/expiries.ts); absent: nobody has looked at all of them yet. */
  readonly restFrom?: number;
}

/** Why lists and measures may lack orders of a lane. `read_again`: not of all orders it is known what became of them. `judged_anew`: not of all of them is that known by the present rules. */
export type Renewal = 'read_again' | 'judged_anew';

/** null: nothing of the kind. @param version as in ClaimedLane: a new lane has no orders that could wait */
export function renewalOf(version: number, { catchUp, judgedBy, sweep }: Upkeep): Renewal | null {
  if (catchUp !== null || (judgedBy === null && version > 0)) return 'read_again';
  return sweep === null ? null : 'judged_anew';
}

export const NO_UPKEEP: Upkeep = { catchUp: null, judgedBy: null, sweep: null, skipped: [] };

/** Spans that are kept; losses of state are rare. */
const MOST_SPANS = 100;

/** The skipped numbers and one more span of them. */
export const skipping = (skipped: readonly Span[], span: Span): readonly Span[] => (span.last < span.first ? skipped : [...skipped, span].slice(-MOST_SPANS));

/** May a lost state have given out this number? */
export const isSkipped = (skipped: readonly Span[], seq: number): boolean => skipped.some(({ first, last }) => seq >= first && seq <= last);

/** How a person said that a lane shall go on; it is carried out at the next claim. */
export type Decision =
  /** Over what was lost under this name (see Halt): on with what is left. */
  | { readonly kind: 'accept_loss'; readonly halt: string }
  /** Read a topic again from this offset. */
  | { readonly kind: 'rewind'; readonly topic: SourceTopic; readonly offset: number }
  /** Make the state anew from the topics, also from what is left of them if `acceptLoss`. */
  | { readonly kind: 'rebuild'; readonly acceptLoss: boolean };
