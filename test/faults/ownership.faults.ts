import { frozen, frozenBeforeClaim, lateCommit, lateJourneys, lateProduce, scaling, storm } from './cases/ownership.js';
import { faultTest } from './harness/case.js';

faultTest(frozen(10), true);
for (const late of [frozenBeforeClaim, lateProduce, lateJourneys, lateCommit]) faultTest(late(5), true);
faultTest(storm(60), true);
faultTest(scaling(5), true);
