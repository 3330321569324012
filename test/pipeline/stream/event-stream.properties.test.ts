import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { connectTo, createEventLog, createStreamUnderTest, nameOf, quiet, turns } from '../../support/stream-client.js';

const PARTITIONS = 3;

type Action =
  | { readonly do: 'publish'; readonly partition: number; readonly gap: number; readonly count: number }
  /**
   * A worker died between writing and saying so: the last records are written again. The one that does so may die over it
   * as well, and meanwhile another partition goes on, and the client is cut.
   */
  | { readonly do: 'repeat'; readonly partition: number; readonly count: number; readonly unwritten: number; readonly between: 'nothing' | 'event' | 'cut' }
  | { readonly do: 'run'; readonly turns: number }
  | Cut;
/** The client is cut before it has the last messages, and comes back to some worker. */
interface Cut {
  readonly do: 'cut';
  readonly lost: number;
  readonly worker: number;
  readonly away: number;
}

const partition = fc.nat(PARTITIONS - 1);
const few = fc.oneof(fc.constant(0), fc.nat(3), fc.nat(100));
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), partition, gap: fc.integer({ min: 1, max: 3 }), count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 80 })) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), partition, count: fc.integer({ min: 1, max: 60 }), unwritten: few, between: fc.constantFrom('nothing', 'event', 'cut') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('run' as const), turns: fc.nat(6) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cut' as const), lost: few, worker: fc.nat(1), away: fc.nat(3) }) },
);

interface History {
  readonly actions: readonly Action[];
  /** A second client keeps each worker's tail going, so that returns are served from memory. */
  readonly accompanied: boolean;
  readonly recentRoom: number;
}

/** What a client got that was there from the first event on, a partition, and what was published. */
async function outlive({ actions, accompanied, recentRoom }: History) {
  const log = createEventLog(PARTITIONS, { readRecords: 7 });
  const workers = [0, 1].map(() => createStreamUnderTest({ feed: log.feed, recentRoom }));
  if (accompanied) for (const { stream } of workers) await connectTo(stream);
  const seqs = Array.from({ length: PARTITIONS }, () => 0);
  const published = Array.from({ length: PARTITIONS }, (): number[] => []);
  const got: string[] = [];
  let client = await connectTo(workers[0]!.stream);
  const publish = (p: number, gap: number): void => {
    seqs[p]! += gap;
    published[p]!.push(seqs[p]!);
    log.publish({ partition: p, seq: seqs[p]! });
  };
  const cut = async ({ lost, away, worker }: Omit<Cut, 'do'>): Promise<void> => {
    const { kept, lastEventId } = client.cut(lost);
    got.push(...kept.map(({ data }) => nameOf(data)));
    await turns(away);
    client = await connectTo(workers[worker]!.stream, lastEventId);
  };
  for (const step of actions) {
    if (step.do === 'run') await turns(step.turns);
    else if (step.do === 'cut') await cut(step);
    else if (step.do === 'publish') for (let i = 0; i < step.count; i += 1) publish(step.partition, step.gap);
    else {
      const again = published[step.partition]!.slice(-step.count);
      for (const seq of again.slice(0, Math.max(0, again.length - step.unwritten))) log.publish({ partition: step.partition, seq });
      if (step.between === 'nothing') continue;
      await turns(6);
      publish((step.partition + 1) % PARTITIONS, 1);
      await turns(6);
      if (step.between === 'cut') await cut({ lost: 0, away: 1, worker: step.count % 2 });
      for (const seq of again) log.publish({ partition: step.partition, seq });
    }
  }
  await quiet(client);
  got.push(...client.cut().kept.map(({ data }) => nameOf(data)));
  for (const { stream } of workers) await stream.close();
  return { got, published };
}

describe('a client of the stream', () => {
  test('gets each event exactly once, in the order of its partition, whenever it is cut, whatever is written twice, whichever worker it comes back to', async () => {
    await fc.assert(fc.asyncProperty(
      fc.record({ actions: fc.array(action, { minLength: 1, maxLength: 40 }), accompanied: fc.boolean(), recentRoom: fc.constantFrom(0, 100, 2_000, 1_000_000) }),
      async (history) => {
        const { got, published } = await outlive(history);
        for (const [p, seqs] of published.entries()) expect(got.filter((name) => name.startsWith(`${p}/`))).toEqual(seqs.map((seq) => `${p}/${seq}`));
      },
    ), { numRuns: 300 });
  });
});
