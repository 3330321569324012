import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Installation } from './installation.js';

/** Tells when lanes write again. */
export interface OutputWatch {
  /**
   * How long until one of these lanes (all: any) writes a change or a journey, from now; ms.
   * @throws when none does in time
   */
  firstOutput(lanes?: ReadonlySet<number>, withinMs?: number): Promise<number>;
  close(): Promise<void>;
}

/** What a dead process had sent may land a moment after its death. */
const LATE_MS = 150;
const LOOK_MS = 50;

export async function watchOutputs(installation: Installation): Promise<OutputWatch> {
  const admin: Admin = installation.kafka.admin();
  await admin.connect();
  const ends = async (lanes?: ReadonlySet<number>): Promise<number> => {
    let sum = 0;
    for (const topic of ['cx.events', 'cx.journeys']) {
      for (const { partition, high } of await admin.fetchTopicOffsets(installation.topicName(topic))) {
        if (lanes === undefined || lanes.has(partition)) sum += Number(high);
      }
    }
    return sum;
  };
  return {
    async firstOutput(lanes, withinMs = 60_000) {
      const begun = performance.now();
      await delay(LATE_MS);
      let before: number | null = null;
      while (performance.now() - begun < withinMs) {
        const now = await ends(lanes).catch(() => null);
        if (before !== null && now !== null && now > before) return performance.now() - begun;
        before ??= now;
        await delay(LOOK_MS);
      }
      throw new Error(`no output within ${withinMs} ms`);
    },
    close: () => admin.disconnect(),
  };
}
