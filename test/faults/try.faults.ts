import { frozen, frozenBeforeClaim, lateCommit, lateJourneys, lateProduce, scaling, storm } from './cases/ownership.js';
import { faultTest } from './harness/case.js';

faultTest(frozen(3), false);
for (const late of [frozenBeforeClaim, lateProduce, lateJourneys, lateCommit]) faultTest(late(2), false);
faultTest(storm(20), false);
faultTest(scaling(1), false);
