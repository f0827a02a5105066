import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** How `npm run test:faults` runs: one file after the other, so that their processes do not starve each other. */
export default {
  rootDir: here('.'),
  testEnvironment: 'node',
  testMatch: ['**/*.faults.js'],
  transform: {},
  maxWorkers: 1,
  testTimeout: 240_000,
  globalSetup: here('./global-setup.js'),
  globalTeardown: here('../support/global-teardown.js'),
  reporters: ['default', here('./table-reporter.js')],
};
