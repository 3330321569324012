import { expect, test } from '@jest/globals';
import { createLogger } from '../../../src/adapters/telemetry/logger.js';

const lineOf = (error: Error): string => {
  const lines: string[] = [];
  createLogger({ level: 'info', pretty: false, destination: { write: (line) => { lines.push(line); } } }).error({ err: error }, 'it failed');
  return lines.join('');
};

test('an error however long is a line that a pipe takes as a whole', () => {
  const line = lineOf(new Error('of a thousand partitions '.repeat(1_000)));
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(4_096);
  const { err } = JSON.parse(line) as { err: { message: string; stack: string } };
  expect(err.message).toMatch(/^of a thousand partitions .*…$/);
  expect(err.stack).toMatch(/…\n +at .*logger\.test/);
});

test('an error of usual length is whole', () => {
  const error = new Error('Redis refused to write');
  expect((JSON.parse(lineOf(error)) as { err: { message: string; stack: string } }).err).toMatchObject({ message: error.message, stack: error.stack });
});
