// `npm run server -- --data DIR …`: the server alone, built if needed, under Node 24; its arguments, output, signals and exit code are its own,
// for it runs in this very process.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rerunUnderNode24, root } from './lib/node24.mjs';
import { fail } from './lib/remedy.mjs';
import { setUpNode24, setUpServer } from './setup.mjs';

try {
  await setUpNode24();
  await rerunUnderNode24(fileURLToPath(import.meta.url));
  await setUpServer();
} catch (error) {
  fail(error);
}
process.argv[1] = join(root, 'server/dist/server.mjs');
await import(pathToFileURL(process.argv[1]));
