import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requests } from '../../../src/adapters/kafka/output-log.js';
import { BATCH_BYTES, BATCH_RECORDS, messageBytes } from '../../../src/adapters/kafka/producer.js';
import { OUTPUT_TOPICS } from '../../../src/contracts/names.js';
import type { OutputRecord } from '../../../src/pipeline/ports.js';

const NAMES = new Map(OUTPUT_TOPICS.map((topic) => [topic, `x.${topic}`]));
const outputs = fc.array(fc.record({ topic: fc.constantFrom(...OUTPUT_TOPICS), size: fc.constantFrom(10, 400, 5_000, 300_000) }), { maxLength: 1_500 })
  .map((all) => all.map(({ topic, size }, seq): OutputRecord => ({ seq, topic, key: `k${seq}`, value: 'v'.repeat(size), headers: { cx_seq: String(seq), none: undefined } })));

describe('cutting outputs into requests', () => {
  test('keeps every record, in order per topic, within the limits of a batch', () => {
    fc.assert(fc.property(outputs, (records) => {
      const cut = requests(3, records, NAMES);
      for (const batches of cut) {
        expect(new Set(batches.map(({ topic }) => topic)).size).toBe(batches.length);
        for (const { partition, messages } of batches) {
          expect(partition).toBe(3);
          expect(messages.length).toBeLessThanOrEqual(BATCH_RECORDS);
          if (messages.length > 1) expect(messages.reduce((sum, message) => sum + messageBytes(message), 0)).toBeLessThanOrEqual(BATCH_BYTES);
        }
      }
      for (const topic of OUTPUT_TOPICS) {
        const keys = cut.flat().filter((batch) => batch.topic === `x.${topic}`).flatMap(({ messages }) => messages.map(({ key }) => key));
        expect(keys).toEqual(records.filter((record) => record.topic === topic).map(({ key }) => key));
      }
    }), { numRuns: 30 });
  });

  test('headers without a value are left out, several values stay', () => {
    const record: OutputRecord = { seq: 1, topic: 'cx.dead-letters', key: null, value: null, headers: { a: 'x', b: undefined, c: ['1', Buffer.from('2')] }, timestamp: 5 };
    expect(requests(0, [record], NAMES)).toEqual([[{
      topic: 'x.cx.dead-letters', partition: 0, messages: [{ key: null, value: null, timestamp: '5', headers: { a: 'x', c: ['1', Buffer.from('2')] } }],
    }]]);
  });
});
