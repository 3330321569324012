import { cutTail, emptied, failover, olderCopy } from './cases/loss.js';
import { faultTest } from './harness/case.js';

for (const fsync of ['always', 'everysec'] as const) {
  faultTest(cutTail(5, fsync), true);
  faultTest(olderCopy(3, fsync), true);
  faultTest(emptied(2, fsync), true);
  faultTest(failover(5, fsync), true);
}
