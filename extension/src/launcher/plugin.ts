import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { notebookIcon } from '@jupyterlab/ui-components';
import { category, commandIds } from '../commands';
import { findExample, firstExample } from './examples';

export const launcher: JupyterFrontEndPlugin<void> = {
  id: 'diraclab-extension:launcher',
  description: "DIRAC's cards in the launcher, and the example notebooks.",
  autoStart: true,
  optional: [ICommandPalette, ILauncher],
  activate: (app: JupyterFrontEnd, palette: ICommandPalette | null, launcher: ILauncher | null) => {
    const { commands, serviceManager } = app;
    commands.addCommand(commandIds.openExample, {
      label: 'Example Notebook',
      caption: 'Open the first example: a job from a notebook cell',
      icon: notebookIcon,
      describedBy: {
        args: { type: 'object', properties: { path: { type: 'string', description: 'Another example than the first, by its file name' } } },
      },
      execute: async (args) => {
        const name = typeof args['path'] === 'string' ? args['path'] : firstExample;
        try {
          return await commands.execute('docmanager:open', { path: await findExample(serviceManager, name) });
        } catch (error) {
          Notification.error(`The example ${name} could not be opened: ${error instanceof Error ? error.message : String(error)}`);
        }
      },
    });
    palette?.addItem({ command: commandIds.openExample, category });
    launcher?.add({ command: commandIds.openJobs, category, rank: 1 });
    launcher?.add({ command: commandIds.openExample, category, rank: 4 });
  },
};
