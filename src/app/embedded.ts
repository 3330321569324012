import { createMemoryAlertHandling } from '../adapters/memory/alert-handling.js';
import { createMemoryAlertLog } from '../adapters/memory/alert-log.js';
import { createMemoryBudgetStore } from '../adapters/memory/budget-store.js';
import { createMemoryEventFeed } from '../adapters/memory/event-feed.js';
import { createMemoryLaneStore } from '../adapters/memory/lane-store.js';
import { createMemoryLogs } from '../adapters/memory/logs.js';
import { createDemo, type Demo } from '../adapters/simulator/demo.js';
import { jsonOutput } from '../pipeline/output-format.js';
import { PARTITIONERS } from '../pipeline/partitioner.js';
import type { Config } from './config.js';
import type { Ground } from './ground.js';

/** Few enough to be read in a log, enough to be more than one. */
const LANES = 4;
const FEED_MS = 200;
/** Enough for a look back; a demonstration must not fill the memory. */
const KEPT_OUTPUTS = 10_000;

/**
 * Everything in this process's memory, fed by the simulated shop: what the service does, shown without any set-up.
 * Nothing outlives the process.
 */
export function embeddedGround(config: Config, seed: string): Ground & { feed(): void } {
  const store = createMemoryLaneStore();
  const logs = createMemoryLogs({
    topics: config.topics.subscribed, lanes: LANES, now: () => Date.now(), partitioner: PARTITIONERS[config.partitioner],
    forgetRead: true, keepOutputs: KEPT_OUTPUTS,
  });
  const wallClock = { now: () => Date.now() };
  let timer: NodeJS.Timeout | null = null;
  const append = (events: ReturnType<Demo['next']>): void => {
    for (const { topic, key, event, at } of events) {
      if (config.topics.subscribed.includes(topic)) logs.append(topic, key, JSON.stringify(event), { timestamp: at });
    }
  };
  return {
    source: logs.source(), output: logs.output, events: createMemoryEventFeed(logs, LANES), openAlerts: async () => createMemoryAlertLog(logs, LANES), store, reader: store, measures: store.measures, handling: createMemoryAlertHandling(), budgets: createMemoryBudgetStore(), wallClock, schemas: null, outputFormat: jsonOutput,
    /** Opens the shop: the past days at once, then what happens as it happens. */
    feed() {
      const demo = createDemo({ seed, now: wallClock.now() });
      append(demo.history());
      timer = setInterval(() => { append(demo.next(wallClock.now())); }, FEED_MS);
    },
    troubles: () => Promise.resolve([]),
    close() {
      if (timer !== null) clearInterval(timer);
      return Promise.resolve();
    },
  };
}
