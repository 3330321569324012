import type { z } from 'zod';
import { HttpProblem, type InvalidParameter } from './problems.js';

/** What is said of a parameter that may stand only once. */
export const once = 'expected once, not several times';

/** @throws HttpProblem 400 that names every parameter that is wrong */
export function parseQuery<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, query: unknown): z.output<z.ZodObject<Shape>> {
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  throw invalidQuery(read.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ name: key, reason: `no such parameter; known: ${Object.keys(schema.shape).join(', ')}` }))
      : [{ name: issue.path.map(String).join('.'), reason: issue.message }]));
}

/**
 * A body that may be left out.
 * @throws HttpProblem 400 that names every field that is wrong
 */
export function readBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const read = schema.safeParse(body ?? {});
  if (read.success) return read.data;
  throw invalidQuery(read.error.issues.map(({ path, message }) => ({ name: path.map(String).join('.') || 'body', reason: message })));
}

export const invalidQuery = (invalidParameters: readonly InvalidParameter[]): HttpProblem =>
  new HttpProblem(400, invalidParameters.map(({ name, reason }) => `${name}: ${reason}`).join('; '), { invalidParameters });
