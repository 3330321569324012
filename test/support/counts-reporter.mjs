import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Leaves the run's counts in one line for .ci/run to end with. A file that can't even load counts as a failed test. */
export default class CountsReporter {
  constructor(globalConfig) {
    this.file = join(globalConfig.rootDir, '.cache', 'test-counts');
  }

  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, `${results.numPassedTests} passed, ${failed} failed\n`);
  }
}
