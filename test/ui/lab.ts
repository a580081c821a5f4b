import { createClient, fetchTransport, type Client } from '@diraclab/contract';
import { serverFileName, serviceFileName, type ServerFile } from '@diraclab/contract/connection';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDataDirectory } from '../../scripts/lib/data-directory.mjs';
import { labEnvironment } from '../../scripts/lib/lab-environment.mjs';
import { spawnLab, stopLab, waitForServer, whereLabIs } from '../../scripts/lib/lab.mjs';
import { node24, root } from '../../scripts/lib/node24.mjs';
import { freePort } from '../start/lab.ts';
import { processesOf } from '../start/processes.ts';

export interface UiLab {
  url: string;
  token: string;
  dataDirectory: string;
  /** What the file browser shows. */
  rootDirectory: string;
  /** Calls the server through Lab's origin, as the page does. */
  call: Client;
  /** The server behind Lab, as it is written in its data directory. */
  serverPid(): number;
  end(): Promise<void>;
}

/**
 * JupyterLab as `npm start` runs it, in a directory of its own: data, notebooks and home, so that no settings of the person who runs the
 * tests are read or changed. `baseUrl` is where JupyterHub would put it; `service` the one it is connected to. It puts its application into the page (`jupyterapp`): stories read terminals and choose the theme by it.
 */
export async function startUiLab(
  isFirstTime: boolean,
  { service, baseUrl = '/' }: { service?: string; baseUrl?: string } = {},
): Promise<UiLab> {
  const directory = mkdtempSync(join(tmpdir(), 'diraclab-ui-'));
  const home = join(directory, 'home');
  const rootDirectory = join(home, 'notebooks');
  for (const folder of [join(home, '.jupyter'), rootDirectory]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, '.jupyter/jupyter_lab_config.json'), JSON.stringify({ LabApp: { expose_app_in_browser: true } }));
  writeFileSync(join(home, '.bashrc'), '');
  if (!isFirstTime) hideWelcome(home);
  const place = openDataDirectory(join(directory, 'data'));
  const { dataDirectory } = place;
  if (service !== undefined) writeFileSync(join(dataDirectory, serviceFileName), JSON.stringify({ url: service }), { mode: 0o600 });
  const kept = Object.entries(process.env).filter(([name]) => !/^(JUPYTER|IPYTHON|XDG_|DIRACLAB_(URL|TOKEN_FILE|DATA)$)/.test(name));
  // A copy of the extension: a build while the stories are told must not take its files away.
  cpSync(join(root, 'extension/diraclab/labextension'), join(directory, 'jupyter/labextensions/diraclab-extension'), { recursive: true });
  const base = {
    ...Object.fromEntries(kept),
    JUPYTER_PATH: join(directory, 'jupyter'),
    HOME: home,
    USER: 'ada',
    LOGNAME: 'ada',
    SHELL: '/bin/bash',
  };
  const port = await freePort();
  const env = labEnvironment(base, { root, node: node24(), ...place, configDirectory: undefined });
  const lab = spawnLab({ port, env, logPath: place.logPath, rootDirectory, baseUrl });
  let where: { url: string; token: string } | undefined;
  const end = async () => {
    await stopLab(lab, where);
    await endProcessesOf(dataDirectory);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    where = await whereLabIs(lab, place.runtimeDirectory, port);
    await waitForServer(lab, where, join(dataDirectory, 'server.log'));
  } catch (error) {
    await end();
    throw error;
  }
  const { url, token } = where;
  const call = createClient(fetchTransport(new URL('dirac', url).href), () => ({ authorization: `token ${token}` }));
  const serverPid = () => (JSON.parse(readFileSync(join(dataDirectory, serverFileName), 'utf8')) as ServerFile).pid;
  return { url, token, dataDirectory, rootDirectory, call, serverPid, end };
}

/** As if its card had been closed before. */
function hideWelcome(home: string): void {
  const folder = join(home, '.jupyter/lab/user-settings/diraclab-extension');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'welcome.jupyterlab-settings'), '{ "show": false }');
}

/** The server ends some seconds after its last Lab, and pilots after the server; whoever has not gone by then is ended here. */
async function endProcessesOf(dataDirectory: string): Promise<void> {
  for (const end = Date.now() + 3000; Date.now() < end; await sleep(200)) {
    if ((await processesOf(dataDirectory)).length === 0) return;
  }
  for (const { pid } of await processesOf(dataDirectory)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself in between.
    }
  }
}
