import { writeFileSync } from 'node:fs';
import { withAdmin } from '../kafka.mjs';

const { PREFIX: prefix, THREADS: threads, STAND_IN_HANGS: pidFile } = process.env;
const names = [`${prefix}cx.events`, `${prefix}cx.dead-letters`, `${prefix}peer-ks-${threads}-changelog`];
await withAdmin(async (admin) => admin.createTopics({ topics: names.map((topic) => ({ topic })), waitForLeaders: true }));
if (pidFile !== undefined) {
  writeFileSync(pidFile, String(process.pid));
  setInterval(() => undefined, 60_000);
} else {
  console.log(JSON.stringify({ eventsPerSecond: 2_000, steadyEventsPerSecond: 2_500, otherCpuShare: 0.02, cpuSecondsPerMillion: 25, brokerCpuSecondsPerMillion: 3 }));
}
