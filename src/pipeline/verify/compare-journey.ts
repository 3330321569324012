import type { Assessment } from '../../core/assessment.js';
import { journeyOf } from '../render.js';
import type { OrderCase } from './compare-order.js';
import type { Tell } from './findings.js';
import { journeyDigest, type LastJourney } from './last-journeys.js';
import { sortedJson } from './plain-values.js';

/** The last record on `cx.journeys` is the present one. */
export function compareJourney({ orderId, journey, context, knownJourneys }: OrderCase, assessment: Assessment, tell: Tell): void {
  if (journey === undefined) tell('journey_missing', `expected ${assessment.verdict}, and nothing waits to be published`, { orderId });
  else if (!isJourney(journey, journeyOf(assessment, context.rules.version))) {
    const mended = journey.offset < knownJourneys ? '' : '; a stranger wrote it, and the next owner of the lane will publish the present one again';
    tell('journey_stale', `the record at offset ${journey.offset} is not the present one (${assessment.verdict}), and nothing waits to be published${mended}`, { orderId });
  }
}

/** One that was published by a schema is known with its keys sorted only. */
const isJourney = ({ digest }: LastJourney, expected: object): boolean =>
  digest === journeyDigest(JSON.stringify(expected)) || digest === journeyDigest(sortedJson(expected));
