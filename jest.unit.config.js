import base from './jest.config.js';
import { testsByNeed } from './test/support/tests-by-need.js';

/** The tests that need nothing but this repository. */
const { globalSetup: _setup, globalTeardown: _teardown, ...rest } = base;
export default { ...rest, testMatch: testsByNeed().alone };
