import base from './jest.config.js';

// Some cases touch the servers' files and processes: servers are local unless the environment says otherwise.
process.env.TOUCHPOINT_TEST_SERVICES_FROM ??= 'local';

/** Every kind of fault in its full form: hours, not minutes. */
export default { ...base, testMatch: ['<rootDir>/test/faults/*.faults.ts'], reporters: ['default'], maxWorkers: 1 };
