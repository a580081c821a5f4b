import { join } from 'node:path';
import { root } from './node24.mjs';

const entries = {
  '': 'index',
  '/node': 'node-transport',
  '/connection': 'connection',
  '/errors': 'errors',
  '/hint': 'hint',
  '/lab-session': 'lab-session',
  '/sign-in': 'sign-in/index',
};

/**
 * Bundles take the contract from its sources: as an ES module what is not used falls away, and zod comes once, not once for each module
 * system. And zod's error texts in forty languages stay out, of which only English is ever asked for. Together 1.6 MB of 5.5 in the server.
 */
export const smallBundles = {
  name: 'small-bundles',
  setup(build) {
    build.onResolve({ filter: /^@diraclab\/contract(\/[\w-]+)?$/ }, ({ path }) => ({
      path: join(root, 'contract/src', `${entries[path.slice('@diraclab/contract'.length)]}.ts`),
    }));
    build.onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer }) =>
      importer.includes('node_modules/zod/') ? { path: 'no-locales', namespace: 'no-locales' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'no-locales' }, () => ({ contents: 'export {};' }));
  },
};

/** The server's parts that few need, with clients of a megabyte each: neighbours of the bundle, loaded when the configuration asks for them. */
export const onDemand = {
  name: 'on-demand',
  setup(build) {
    build.onResolve({ filter: /\/(s3-bytes|redis)\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: `./${path.split('/').at(-1).replace(/\.ts$/, '.mjs')}`, external: true } : undefined,
    );
  },
};
