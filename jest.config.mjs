/** Two projects: `node` for everything that runs in Node, `extension` for what runs in a browser (jsdom). swc compiles; `tsc -b` checks types. */
const swc = (tsx) => [
  '@swc/jest',
  {
    jsc: {
      parser: { syntax: 'typescript', tsx },
      transform: { react: { runtime: 'automatic' } },
      target: 'es2023',
      experimental: { keepImportAssertions: true },
    },
    module: { type: 'commonjs' },
  },
];
const moduleNameMapper = {
  '^@diraclab/contract$': '<rootDir>/contract/src/index.ts',
  '^@diraclab/contract/node$': '<rootDir>/contract/src/node-transport.ts',
  '^@diraclab/contract/(connection|errors|hint|lab-session)$': '<rootDir>/contract/src/$1.ts',
  '^@diraclab/contract/sign-in$': '<rootDir>/contract/src/sign-in/index.ts',
};
const modulePathIgnorePatterns = ['<rootDir>/.venv', '<rootDir>/extension/diraclab', '/dist/', '/lib/', '/.tsbuild/'];

export default {
  testTimeout: 30_000,
  projects: [
    {
      displayName: 'node',
      rootDir: import.meta.dirname,
      testEnvironment: 'node',
      testMatch: ['<rootDir>/{contract,server,pilot,kernel-lib,test,scripts}/**/*.test.ts'],
      transform: { '\\.[cm]?[jt]s$': swc(false) },
      // These are published as ES modules only.
      transformIgnorePatterns: ['/node_modules/(?!(kysely|openid-client|oauth4webapi|jose)/)'],
      moduleNameMapper,
      modulePathIgnorePatterns,
    },
    {
      displayName: 'extension',
      rootDir: import.meta.dirname,
      testEnvironment: 'jsdom',
      testMatch: ['<rootDir>/extension/src/**/*.test.{ts,tsx}'],
      setupFiles: ['<rootDir>/extension/src/testing/node-parts.js'],
      transform: { '\\.([cm]?jsx?)$': swc(true), '\\.tsx?$': swc(true) },
      // Nearly all of JupyterLab's packages are ES modules.
      transformIgnorePatterns: [],
      moduleNameMapper: {
        ...moduleNameMapper,
        '\\.css$': '<rootDir>/extension/src/testing/empty.js',
        '\\.svg$': '<rootDir>/extension/src/testing/icon.js',
      },
      modulePathIgnorePatterns,
    },
  ],
};
