import { assess } from '../core/assess.js';
import type { Assessment } from '../core/assessment.js';
import type { Fact } from '../core/fact.js';
import { instantText } from '../core/instant-text.js';
import type { AssessmentContext } from '../core/rules.js';
import type { SaidAlert } from '../core/said.js';
import { nameUuid } from './name-uuid.js';
import { openOrder } from './live-order.js';
import { jsonOutput, type OutputFormat } from './output-format.js';
import type { OutputRecord, StoredOrder } from './ports.js';
import { journeyOf } from './render.js';

/** An order as it stands in the store, judged at the time at which its owner judged it last. */
export interface OrderView {
  readonly assessment: Assessment;
  readonly facts: readonly Fact[];
  readonly judgedAt: number;
  /** False: its facts are being read again, and what they came to in the end can't be told yet. */
  readonly isJudged: boolean;
  /** Version of the catalogue that it is judged by. */
  readonly rules: string;
  /** What was said last of its alert; null: it never had one. */
  readonly alert: SaidAlert | null;
  /** Of the last change that was said of it; 0: none was. */
  readonly sequence: number;
}

/** Reads an order without owning its lane: what HTTP and the journeys topic show is what the owner said. */
export function viewOf(orderId: string, stored: StoredOrder, context: AssessmentContext): OrderView {
  const { journey, state } = openOrder(orderId, stored);
  return { assessment: assess(journey, state.judgedAt, context), facts: journey.facts, rules: context.rules.version, judgedAt: state.judgedAt, isJudged: state.judgedBy !== null, alert: state.said.alert, sequence: state.said.sequence };
}

/**
 * The id of its record on `cx.journeys`, of what it says and after how many facts and changes: one that is again as it was before has
 * an id of its own, so that who drops ids that they know is left with the present one.
 * @param json the journey, as JSON
 * @param facts how many the order has
 * @param sequence of the last change that was said of it
 */
export const journeyId = (json: string, facts: number, sequence: number): string => nameUuid(`${facts}/${sequence}/${json}`);

/** A record of `cx.journeys`, once the number of the last record is known that its lane said. */
export type RenderedJourney = (lastSaid: number) => OutputRecord;

/** Makes records of `cx.journeys`: the present assessment, under an id that is the same in every format. */
export interface JourneyRenderer {
  /** Of an order as it was judged last. */
  ofView(view: Pick<OrderView, 'assessment' | 'facts' | 'judgedAt' | 'sequence'>): RenderedJourney;
  /** Of an order as it is kept: the same. */
  ofStored(orderId: string, stored: StoredOrder): RenderedJourney;
}

export function createJourneyRenderer(context: () => AssessmentContext, source: string, format: OutputFormat = jsonOutput): JourneyRenderer {
  const ofView: JourneyRenderer['ofView'] = ({ assessment, judgedAt, facts, sequence }) => {
    // An order may be judged before its lane has reached any time.
    const asOf = instantText(Math.max(judgedAt, facts.at(-1)?.at ?? 0));
    const journey = journeyOf(assessment, context().rules.version);
    const json = JSON.stringify(journey);
    const value = format.encode('journey', journey, json);
    const { orderId } = assessment;
    // Named only once it is published: under load most are overtaken by the next before they are.
    return (lastSaid) => ({
      seq: null, topic: 'cx.journeys', key: orderId, value,
      headers: {
        ce_specversion: '1.0', ce_id: journeyId(json, facts.length, sequence), ce_type: 'touchpoint.journey', ce_source: source,
        ce_time: asOf, ce_subject: orderId, 'content-type': format.contentType, cx_seq: String(lastSaid),
        cx_judged_at: instantText(judgedAt),
      },
    });
  };
  return { ofView, ofStored: (orderId, stored) => ofView(viewOf(orderId, stored, context())) };
}
