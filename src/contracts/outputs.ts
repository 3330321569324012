import type { z } from 'zod';
import { alert } from './alerts.js';
import { patternEvent, signalEvent, verdictEvent } from './derived.js';
import { journey } from './journeys.js';
import type { OutputTopic } from './names.js';

/** The kinds of record that we publish, under the names of their files below `schemas/`; dead letters are bytes of others. */
export const OUTPUT_KINDS = ['signal-event', 'pattern-event', 'verdict-event', 'alert', 'journey'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

export const OUTPUTS: Readonly<Record<OutputKind, { readonly topic: OutputTopic; readonly schema: z.ZodType }>> = {
  'signal-event': { topic: 'cx.events', schema: signalEvent },
  'pattern-event': { topic: 'cx.events', schema: patternEvent },
  'verdict-event': { topic: 'cx.events', schema: verdictEvent },
  alert: { topic: 'cx.alerts', schema: alert },
  journey: { topic: 'cx.journeys', schema: journey },
};

/** The kind of a value, by its topic and its `type`; null where none of ours looks so. */
export const outputKindOf = (topic: OutputTopic, type: unknown): OutputKind | null => {
  if (topic === 'cx.journeys') return 'journey';
  if (typeof type !== 'string') return null;
  if (topic === 'cx.alerts') return 'alert';
  if (topic !== 'cx.events') return null;
  const family = type.slice(0, type.indexOf('.'));
  return family === 'signal' || family === 'pattern' || family === 'verdict' ? `${family}-event` : null;
};
