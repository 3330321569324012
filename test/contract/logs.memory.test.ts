import { createMemoryLogs } from '../../src/adapters/memory/logs.js';
import { LANES, logsSuite, TOPICS } from './logs-suite.js';

logsSuite('memory', () => {
  const logs = createMemoryLogs({ topics: TOPICS, lanes: LANES, now: () => 1_700_000_000_000 });
  return Promise.resolve({
    append: (topic, lane, values) => {
      for (const value of values) logs.append(topic, 'key', value, { partition: lane });
      return Promise.resolve();
    },
    source: () => Promise.resolve(logs.source()),
    output: logs.output,
    close: () => Promise.resolve(),
  });
});
