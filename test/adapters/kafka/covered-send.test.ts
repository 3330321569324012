import { describe, expect, test } from '@jest/globals';
import type { RecordMetadata, TopicMessages } from 'kafkajs';
import { NotAcknowledged, sendCovered, type PartitionBatch } from '../../../src/adapters/kafka/covered-send.js';

const batch = (topic: string, partition: number, ...values: string[]): PartitionBatch => ({ topic, partition, messages: values.map((value) => ({ value })) });

/** A sender that forgets what `forgets` says, as KafkaJS does when a leader changes. */
const forgetful = (forgets: (attempt: number, topic: string, partition: number) => boolean) => {
  const sent: string[][] = [];
  const end = new Map<string, number>();
  const send = (topics: TopicMessages[]): Promise<RecordMetadata[]> => {
    sent.push(topics.flatMap(({ topic, messages }) => messages.map(({ partition, value }) => `${topic}/${partition}/${String(value)}`)));
    const places = new Map<string, { topic: string; partition: number; count: number }>();
    for (const { topic, messages } of topics) {
      for (const { partition = 0 } of messages) {
        const place = places.get(`${topic}|${partition}`) ?? { topic, partition, count: 0 };
        places.set(`${topic}|${partition}`, { ...place, count: place.count + 1 });
      }
    }
    return Promise.resolve([...places].flatMap(([name, { topic, partition, count }]) => {
      if (forgets(sent.length, topic, partition)) return [];
      const baseOffset = end.get(name) ?? 100;
      end.set(name, baseOffset + count);
      return [{ topicName: topic, partition, errorCode: 0, baseOffset: String(baseOffset) }];
    }));
  };
  return { sent, send };
};

describe('sending until all is acknowledged', () => {
  test('what the answer leaves out is sent again, and only that', async () => {
    const { sent, send } = forgetful((attempt, _, partition) => attempt === 1 && partition === 2);
    const offsets = await sendCovered(send, [batch('a', 1, 'x', 'y'), batch('a', 2, 'z'), batch('b', 2, 'w')]);
    expect(sent).toEqual([['a/1/x', 'a/1/y', 'a/2/z', 'b/2/w'], ['a/2/z', 'b/2/w']]);
    expect(offsets).toEqual(new Map([['a|1', 100], ['a|2', 100], ['b|2', 100]]));
  });

  test('gives up after so many times, and names what is in doubt', async () => {
    const { sent, send } = forgetful((_, topic) => topic === 'b');
    await expect(sendCovered(send, [batch('a', 0, 'x'), batch('b', 3, 'w', 'v')], 3)).rejects.toThrow(/b partition 3 \(2 records\)/);
    await expect(sendCovered(send, [batch('b', 3, 'w')], 1)).rejects.toBeInstanceOf(NotAcknowledged);
    expect(sent).toHaveLength(4);
  });

  test('an answer with an error or without an offset acknowledges nothing', async () => {
    const answers: RecordMetadata[][] = [
      [{ topicName: 'a', partition: 0, errorCode: 7, baseOffset: '5' }],
      [{ topicName: 'a', partition: 0, errorCode: 0, baseOffset: '-1' }],
      [{ topicName: 'a', partition: 0, errorCode: 0, baseOffset: '9' }],
    ];
    expect(await sendCovered(() => Promise.resolve(answers.shift() ?? []), [batch('a', 0, 'x')])).toEqual(new Map([['a|0', 9]]));
    expect(answers).toEqual([]);
  });

  test('nothing to send sends nothing', async () => {
    expect(await sendCovered(() => Promise.reject(new Error('asked')), [batch('a', 0)])).toEqual(new Map());
  });

  test('a failure is passed on', async () => {
    await expect(sendCovered(() => Promise.reject(new Error('no broker')), [batch('a', 0, 'x')])).rejects.toThrow('no broker');
  });
});
