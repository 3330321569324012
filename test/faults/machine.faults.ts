import { brokenRule } from './cases/defects.js';
import { everythingKilled, kafkaDiskFull, redisDiskFull } from './cases/power.js';
import { faultTest } from './harness/case.js';

faultTest(brokenRule(2), true);
for (const fsync of ['always', 'everysec'] as const) {
  faultTest(everythingKilled(20, fsync), true);
  faultTest(redisDiskFull(3, fsync), true);
}
faultTest(kafkaDiskFull(3), true);
