import { z } from 'zod';
import { label, identifier, optionalOrder, sourceEvent } from './envelope.js';
import type { Declared } from './envelope.js';

/** The parts of an answer that must fit each other. */
interface Answer {
  readonly metric: 'nps' | 'csat' | 'ces';
  readonly score: number;
  readonly scaleMin: number;
  readonly scaleMax: number;
  readonly higherIsBetter?: boolean | null | undefined;
}

const scaleRises = (answer: Answer): boolean => answer.scaleMin < answer.scaleMax;
const npsScale = (answer: Answer): boolean =>
  answer.metric !== 'nps' || (answer.scaleMax === 10 && (answer.scaleMin === 0 || answer.scaleMin === 1));
const cesPolarity = (answer: Answer): boolean => answer.metric !== 'ces' || typeof answer.higherIsBetter === 'boolean';
const onScale = (answer: Answer): boolean => answer.score >= answer.scaleMin && answer.score <= answer.scaleMax;

export const feedbackReceived = sourceEvent('feedback.received', 'A customer answered a survey.', {
  ...optionalOrder,
  surveyId: identifier,
  metric: z.enum(['nps', 'csat', 'ces']),
  score: z.number(),
  scaleMin: z.number(),
  scaleMax: z.number(),
  higherIsBetter: z.boolean().nullish().meta({ description: 'Default true; required for ces' }),
  touchpoint: label.nullish(),
  task: label.nullish(),
})
  .refine(scaleRises, { path: ['scaleMax'], error: 'a number above scaleMin' })
  .refine(npsScale, { path: ['scaleMin'], error: 'a scale of 0 to 10 or 1 to 10 for nps' })
  .refine(cesPolarity, { path: ['higherIsBetter'], error: 'true or false for ces, whose scales run both ways' })
  .refine(onScale, { path: ['score'], error: 'a number on its scale' })
  .meta({
    description: 'A customer answered a survey; the score lies on its scale.',
    // What JSON Schema can say of the rules above.
    allOf: [
      { if: { properties: { metric: { const: 'ces' } } }, then: { properties: { higherIsBetter: { type: 'boolean' } }, required: ['higherIsBetter'] } },
      { if: { properties: { metric: { const: 'nps' } } }, then: { properties: { scaleMin: { enum: [0, 1] }, scaleMax: { const: 10 } } } },
    ],
  });
export type FeedbackReceived = z.infer<typeof feedbackReceived>;

export const FEEDBACK = {
  'feedback.received': {
    schema: feedbackReceived,
    example: {
      id: 'c24ebf55-306f-4e9d-8da1-8e5f7091bc01', type: 'feedback.received', orderId: 'A-1001', occurredAt: '2026-03-12T19:00:00Z',
      customerId: 'C-77', surveyId: 'F-1', metric: 'ces', score: 2, scaleMin: 1, scaleMax: 7, higherIsBetter: true,
      touchpoint: 'delivery', task: 'receive_order',
    },
  } satisfies Declared<typeof feedbackReceived>,
} as const;
