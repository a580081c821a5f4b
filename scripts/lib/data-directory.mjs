import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filled } from './jupyter.mjs';
import { Remedy } from './remedy.mjs';

/** Makes the data directory (0700) and the folder where this Lab keeps its own run-time files. */
export function openDataDirectory(dataDirectory) {
  const runtimeDirectory = join(dataDirectory, 'jupyter/runtime');
  try {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    accessSync(dataDirectory, constants.W_OK | constants.X_OK);
    mkdirSync(runtimeDirectory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Remedy(`The data directory ${dataDirectory} cannot be used (${error.code}).`, 'Name one you may write to with --data.');
  }
  return { dataDirectory, runtimeDirectory, logPath: join(dataDirectory, 'lab.log') };
}

/**
 * Settings for this run only: with `--port` the companion is told to let the server listen on TCP too. Jupyter reads the folder first
 * (JUPYTER_CONFIG_PATH), before what the set-up put into the environment.
 */
export function writeRunSettings(dataDirectory, serverPort) {
  if (serverPort === undefined) return undefined;
  const settings = JSON.parse(filled('jupyter_server_config.json'));
  settings.ServerProxy.servers.dirac.command.push('--server-port', String(serverPort));
  const folder = join(dataDirectory, `jupyter/port-${serverPort}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'jupyter_server_config.json'), JSON.stringify(settings, null, 2));
  return folder;
}

/**
 * Whether the server of this very data directory listens on the port: another Lab of the same person, or the last one, whose server ends
 * some seconds after it. This Lab joins it then.
 */
export function listensAlready(dataDirectory, port) {
  try {
    const { address } = JSON.parse(readFileSync(join(dataDirectory, 'server.json'), 'utf8'));
    return new URL(address).port === String(port);
  } catch {
    return false;
  }
}
