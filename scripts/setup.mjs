// Makes everything that `npm start` and `npm test` need, on a machine with Node >= 18, npm and Python >= 3.10, from the package registries
// alone. Only what is missing or stale is done; with nothing to do it takes a fraction of a second. Plain JavaScript without packages.
import { setUpBuilds } from './lib/builds.mjs';
import { setUpJupyter } from './lib/jupyter.mjs';
import { rerunUnderNode24 } from './lib/node24.mjs';
import { setUpPackages } from './lib/packages.mjs';
import { setUpPython } from './lib/python.mjs';
import { fail, Remedy } from './lib/remedy.mjs';
import { withSetupLock } from './lib/setup-lock.mjs';
import { fileURLToPath } from 'node:url';

/** Packages only: brings Node 24, which the rest of a script can then run under. */
export async function setUpNode24() {
  if (process.platform === 'win32') {
    throw new Remedy('diraclab runs on Linux and macOS.', 'On Windows use it inside WSL (wsl --install).');
  }
  await withSetupLock(setUpPackages);
}

/** All the rest; to be called under Node 24. */
export async function setUp() {
  await withSetupLock(async () => {
    await setUpPython();
    await setUpBuilds();
    setUpJupyter();
  });
}

/** What `npm run build:wheel` needs: pip and the builder from the environment, and every build. */
export async function setUpWheel() {
  await withSetupLock(async () => {
    await setUpPython();
    await setUpBuilds();
  });
}

/** What `npm run server` needs: no Python, no JupyterLab. */
export async function setUpServer() {
  await withSetupLock(() => setUpBuilds(['contract', 'server', 'pilot']));
}

const script = fileURLToPath(import.meta.url);
if (process.argv[1] === script) {
  try {
    await setUpNode24();
    await rerunUnderNode24(script);
    await setUp();
  } catch (error) {
    fail(error);
  }
}
