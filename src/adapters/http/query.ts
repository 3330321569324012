import type { z } from 'zod';
import { HttpProblem, type InvalidParameter } from './problems.js';

/** What is said of a parameter that may stand only once. */
export const once = 'expected once, not several times';

/** @throws HttpProblem 400 that names every parameter that is wrong */
export const parseQuery = <Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, query: unknown): z.output<z.ZodObject<Shape>> => readAs('parameter', schema, query);

/**
 * A body that may be left out.
 * @throws HttpProblem 400 that names every field that is wrong
 */
export const readBody = <Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, body: unknown): z.output<z.ZodObject<Shape>> => readAs('field', schema, body ?? {});

/** Unknown names that are told of; a body may hold thousands. */
const MOST_TOLD = 20;

function readAs<Shape extends z.ZodRawShape>(what: 'parameter' | 'field', schema: z.ZodObject<Shape>, value: unknown): z.output<z.ZodObject<Shape>> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw invalidQuery(read.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.slice(0, MOST_TOLD).map((key) => ({ name: key, reason: `no such ${what}; known: ${Object.keys(schema.shape).join(', ') || 'none'}` }))
      : [{ name: issue.path.map(String).join('.') || 'body', reason: reasonOf(issue) }]));
}

const KINDS: Readonly<Record<string, string>> = { string: 'a text', object: 'an object' };

/** In words of ours: of what has the wrong type the schemas don't say any. */
function reasonOf(issue: z.core.$ZodIssue): string {
  const { message } = issue;
  if (issue.code === 'custom') return message.startsWith('expected') ? message : `expected ${message}`;
  if (issue.code !== 'invalid_type' || !message.startsWith('Invalid input')) return message;
  return message.endsWith('received undefined') ? 'is missing' : `expected ${KINDS[issue.expected] ?? issue.expected}`;
}

export const invalidQuery = (invalidParameters: readonly InvalidParameter[]): HttpProblem =>
  new HttpProblem(400, invalidParameters.map(({ name, reason }) => `${name}: ${reason}`).join('; '), { invalidParameters });
