export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  setupFiles: ['<rootDir>/test/kit/plain-output.mjs', '<rootDir>/src/adapters/system/escaped-keys.ts'],
  // generous, and more than what any wait of a test may take: a slow, busy machine is no failure of the rule under test
  testTimeout: 300_000,
  // one Postgres and one NATS for the whole run, see test/kit/test-servers.ts
  globalSetup: '<rootDir>/test/kit/global-setup.mjs',
  globalTeardown: '<rootDir>/test/kit/global-teardown.mjs',
};
