// `npm start`: sets up what is missing, starts JupyterLab with the server behind its own origin, says where it is, and ends everything again.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './lib/browser.mjs';
import { listen } from './lib/ctrl-c.mjs';
import { listensAlready, openDataDirectory, writeRunSettings } from './lib/data-directory.mjs';
import { labEnvironment } from './lib/lab-environment.mjs';
import { signalLab, spawnLab, stopLab, waitForServer, whereLabIs } from './lib/lab.mjs';
import { node24, rerunUnderNode24, root, watchParent } from './lib/node24.mjs';
import { checkPort, freeLabPort } from './lib/ports.mjs';
import { fail } from './lib/remedy.mjs';
import { help, readStartOptions } from './lib/start-options.mjs';
import { say } from './lib/steps.mjs';
import { setUp, setUpNode24 } from './setup.mjs';

async function main() {
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(help);
  await setUpNode24();
  await rerunUnderNode24(fileURLToPath(import.meta.url));
  await setUp();

  const place = openDataDirectory(options.dataDirectory);
  const { serverPort } = options;
  if (serverPort !== undefined && !listensAlready(place.dataDirectory, serverPort)) await checkPort('--port', serverPort);
  if (options.labPort !== undefined) await checkPort('--lab-port', options.labPort);
  await runLab(options, place, options.labPort ?? (await freeLabPort()));
}

async function runLab(options, place, port) {
  const configDirectory = writeRunSettings(place.dataDirectory, options.serverPort);
  const env = labEnvironment(process.env, { root, node: node24(), ...place, configDirectory });
  const lab = spawnLab({ port, env, logPath: place.logPath });
  let where;
  let stopping;

  const stop = (exitCode) => {
    stopping ??= stopLab(lab, where).then(() => process.exit(exitCode));
    return stopping;
  };
  listen({
    onStop: () => {
      say('Stopping JupyterLab, its kernels and the server. Ctrl-C again forces it.');
      void stop(0);
    },
    onForce: () => {
      signalLab(lab, 'SIGKILL');
      process.exit(130);
    },
  });
  watchParent(() => void stop(0));
  void lab.ended.then(() => {
    if (stopping !== undefined || where === undefined) return;
    say(`JupyterLab has ended, so everything else ends too; jobs and results stay in ${place.dataDirectory}.`);
    void stop(1);
  });

  try {
    where = await whereLabIs(lab, place.runtimeDirectory, port);
    await waitForServer(lab, where, join(place.dataDirectory, 'server.log'));
  } catch (error) {
    if (stopping !== undefined) return stopping;
    await stopLab(lab, where);
    throw error;
  }
  if (stopping !== undefined) return;
  process.stdout.write(`diraclab is ready: ${new URL('lab', where.url)}?token=${where.token}\n`);
  if (options.browser) openBrowser(where.openFile);
}

main().catch(fail);
