import { cut, flaky, killed, outOfMemory, readOnly, silent, slow } from './cases/redis.js';
import { faultTest } from './harness/case.js';

for (const fsync of ['always', 'everysec'] as const) {
  faultTest(killed(10, fsync), true);
  faultTest(cut(30, fsync), true);
  faultTest(slow(2, fsync), true);
  faultTest(silent(4, fsync), true);
  faultTest(flaky(4, fsync), true);
  faultTest(outOfMemory(4, fsync), true);
  faultTest(readOnly(6, fsync), true);
}
