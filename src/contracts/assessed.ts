import { z } from 'zod';
import { instant, label } from './envelope.js';
import { AREAS, GOOD_TOUCHPOINTS, PATTERN_SEVERITIES, PLACE_KEYS, SIGNALS, STAGES, VERDICTS } from './names.js';

/** The words that everything we publish is made of. Fields may be added to any of it; readers ignore what they don't know. */

/** 0 neutral, 1 minor, 2 major, 3 grave. */
export const severity = z.int().min(0).max(3).meta({ description: '0 neutral, 1 minor, 2 major, 3 grave' });
export const patternSeverity = z.enum(PATTERN_SEVERITIES);
export const signalName = z.enum(SIGNALS);
export const patternName = z.string().min(1).meta({ description: 'Of the default catalogue or of the configuration' });
export const verdict = z.enum(VERDICTS);
export const area = z.enum(AREAS);
export const stage = z.enum(STAGES);
export const count = z.int().min(0);

/** Figures of a signal, by its kind; see the documentation of signals. */
export const detail = z.record(z.string(), z.unknown());

export const knownPlace = z.object(
  Object.fromEntries(PLACE_KEYS.map((key) => [key, label.optional()])) as Record<(typeof PLACE_KEYS)[number], z.ZodOptional<typeof label>>,
);

/** Where a record that proves something can be read again. */
export const evidence = z.object({
  id: z.string(),
  type: z.string(),
  topic: z.string().meta({ description: 'Name of the topic on the broker' }),
  partition: count,
  offset: count,
  occurredAt: instant,
});

export const promises = z.object({
  original: z.string().nullable().meta({ description: 'The first date promised, as given' }),
  baseline: z.string().nullable().meta({ description: 'The original, or the last date that the customer asked for' }),
  latest: z.string().nullable().meta({ description: 'The one in force' }),
});

export const signalState = z.object({
  signal: signalName,
  state: z.enum(['open', 'resolved']),
  opensAt: instant.meta({ description: 'When it first became true' }),
  closedAt: instant.optional().meta({ description: 'When it was put right' }),
  severity,
  area,
  stage,
  detail,
});

export const patternState = z.object({ pattern: patternName, severity: patternSeverity });

export const goodTouchpoint = z.object({ type: z.enum(GOOD_TOUCHPOINTS), at: instant, area, stage });
