import { badWire, leaderKilled, morePartitions, recordsLost, restarted, tooFewReplicas, tooLarge, topicEmpty, topicRefilled, unreachable } from './cases/kafka.js';
import { faultTest } from './harness/case.js';

faultTest(restarted(5), true);
faultTest(unreachable(2), true);
faultTest(leaderKilled(5), true);
faultTest(badWire(5), true);
faultTest(tooLarge(3), true);
faultTest(tooFewReplicas(3), true);
for (const halting of [topicEmpty, topicRefilled, recordsLost, morePartitions]) faultTest(halting(), true);
