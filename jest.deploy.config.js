import base from './jest.config.js';

/** What is deployed, tried with the tools of those who deploy it: Prometheus, Docker Compose, Helm. */
export default { ...base, testMatch: ['<rootDir>/test/deploy/*.deploy.ts'], reporters: ['default'], maxWorkers: 1 };
