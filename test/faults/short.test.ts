import { brokenRule } from './cases/defects.js';
import { restarted } from './cases/kafka.js';
import { everyStep, randomKills, TELLING_POINTS } from './cases/killed.js';
import { lateJourneys } from './cases/ownership.js';
import { cut, killed } from './cases/redis.js';
import { faultTest } from './harness/case.js';

// The most telling faults, a few rounds each; `npm run test:faults` runs them all, and often.
faultTest(randomKills(3), false);
faultTest(everyStep(1, TELLING_POINTS), false);
faultTest(lateJourneys(1), false);
faultTest(killed(2, 'everysec'), false);
faultTest(cut(10, 'always'), false);
faultTest(restarted(1), false);
faultTest(brokenRule(1), false);
