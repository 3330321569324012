import { askAdmin } from '../../src/adapters/kafka/ask-admin.js';
import type { DerivedEvent } from '../../src/contracts/derived.js';
import { atEnd } from './ending.js';
import { freshName, type Installation } from './installation.js';

/** Hands on every record of cx.events, from the first one or the next one on, as soon as a consumer of committed records can read it; `at` is when, ms. */
export async function readDerived({ client, config }: Installation, read: (event: DerivedEvent, at: number) => void, from: 'first' | 'next' = 'first'): Promise<void> {
  const groupId = freshName();
  const consumer = client.kafka.consumer({ groupId, maxWaitTimeInMs: 50, minBytes: 1 });
  atEnd(async () => {
    await consumer.disconnect();
    await askAdmin(client, (admin) => admin.deleteGroups([groupId]));
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [config.topics.outputs['cx.events']], fromBeginning: from === 'first' });
  // The first fetch is made once it is known where to begin.
  const reading = new Promise((resolve) => { consumer.on(consumer.events.FETCH, resolve); });
  await consumer.run({
    autoCommit: false,
    async eachBatch({ batch }) {
      const at = Date.now();
      for (const { value } of batch.messages) if (value !== null) read(JSON.parse(value.toString()) as DerivedEvent, at);
    },
  });
  await reading;
}
