import base from './jest.config.js';
import { testsByNeed } from './test/support/tests-by-need.js';

/** The tests on real Kafka and Redis. */
export default { ...base, testMatch: testsByNeed().withServers };
