import { everyStep, failoverTime, randomKills } from './cases/killed.js';
import { faultTest } from './harness/case.js';

faultTest(randomKills(100), true);
faultTest(everyStep(3), true);
faultTest(failoverTime(5), true);
