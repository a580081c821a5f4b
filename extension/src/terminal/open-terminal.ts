import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/**
 * The shell reads our rc file, whose place the Lab's environment knows; a Lab started without it still gives a plain shell, where the
 * commands work if they are on PATH. No token goes in here: the commands read the file that only their owner can read.
 */
export const shellCommand = ['bash', '-c', 'if [ -r "$DIRACLAB_RC" ]; then exec bash --rcfile "$DIRACLAB_RC" -i; else exec bash -i; fi'];

/** Starts a terminal of Lab's own with our shell in it, and gives its name. Lab's `startNew` cannot pass a shell, its server can. */
export async function startTerminal(settings: ServerConnection.ISettings, cwd: string | undefined): Promise<string> {
  const answer = await ServerConnection.makeRequest(
    URLExt.join(settings.baseUrl, 'api/terminals'),
    { method: 'POST', body: JSON.stringify({ shell_command: shellCommand, ...(cwd === undefined ? {} : { cwd }) }) },
    settings,
  );
  if (!answer.ok) throw new Error(`JupyterLab did not start a terminal (HTTP ${answer.status} ${answer.statusText}).`);
  const { name } = (await answer.json()) as { name: string };
  return name;
}
