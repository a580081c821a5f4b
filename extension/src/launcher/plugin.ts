import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { notebookIcon } from '@jupyterlab/ui-components';
import { category, commandIds } from '../commands';

/** Where the examples may lie, seen from the root of the file browser. */
const examplePaths = ['01-first-job.ipynb', 'notebooks/01-first-job.ipynb'];

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
        args: { type: 'object', properties: { path: { type: 'string', description: 'Another notebook than the first example' } } },
      },
      execute: async (args) => {
        const paths = typeof args['path'] === 'string' ? [args['path']] : examplePaths;
        for (const path of paths) {
          const there = await serviceManager.contents.get(path, { content: false }).catch(() => undefined);
          if (there) return commands.execute('docmanager:open', { path });
        }
        Notification.warning(`There is no ${paths[0]} in this Lab's folder. Start JupyterLab in diraclab's folder "notebooks".`);
      },
    });
    palette?.addItem({ command: commandIds.openExample, category });
    launcher?.add({ command: commandIds.openJobs, category, rank: 1 });
    launcher?.add({ command: commandIds.openExample, category, rank: 4 });
  },
};
