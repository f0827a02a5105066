import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** How `npm run test:e2e` runs: two files at a time, each with a browser, a service and sandboxes of its own. */
export default {
  rootDir: here('.'),
  testEnvironment: 'node',
  testMatch: ['**/*.e2e.js'],
  transform: {},
  maxWorkers: 2,
  testTimeout: 120_000,
  globalSetup: here('../support/global-setup.js'),
  globalTeardown: here('../support/global-teardown.js'),
};
