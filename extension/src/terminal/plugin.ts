import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { terminalIcon } from '@jupyterlab/ui-components';
import { category, commandIds } from '../commands';
import { startTerminal } from './open-terminal';

export const terminal: JupyterFrontEndPlugin<void> = {
  id: 'diraclab-extension:terminal',
  description: "A shell with DIRAC's commands, in Lab's own terminal.",
  autoStart: true,
  optional: [ICommandPalette, ILauncher],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null, launcher: ILauncher | null) => {
    const { commands, serviceManager } = app;
    commands.addCommand(commandIds.newTerminal, {
      label: 'DIRAC Terminal',
      caption: 'A shell with dsub, dstat, doutput and the other commands',
      icon: terminalIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: { cwd: { type: 'string', description: 'Folder to start in, relative to the root of the file browser' } },
        },
      },
      isEnabled: () => serviceManager.terminals.isAvailable(),
      execute: async (args) => {
        const cwd = typeof args['cwd'] === 'string' && args['cwd'] !== '' ? args['cwd'] : undefined;
        try {
          const name = await startTerminal(serviceManager.serverSettings, cwd);
          return await commands.execute('terminal:open', { name });
        } catch (error) {
          console.warn('diraclab: the shell could not be chosen, a plain terminal is opened instead', error);
          return commands.execute('terminal:create-new', { initialCommand: '. "$DIRACLAB_RC"' });
        }
      },
    });
    palette?.addItem({ command: commandIds.newTerminal, category });
    launcher?.add({ command: commandIds.newTerminal, category, rank: 3 });
  },
};
