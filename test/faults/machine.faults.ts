import { brokenRule } from './cases/defects.js';
import { everythingKilled, redisDiskFull } from './cases/power.js';
import { faultTest } from './harness/case.js';

faultTest(brokenRule(2), true);
faultTest(everythingKilled(20), true);
faultTest(redisDiskFull(3), true);
