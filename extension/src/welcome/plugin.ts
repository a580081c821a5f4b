import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { category, commandIds } from '../commands';
import { IDiracSession } from '../tokens';
import { diracIcon } from '../ui/icons';
import { LazyBody } from '../ui/lazy-body';

const id = 'diraclab-extension:welcome';

export const welcome: JupyterFrontEndPlugin<void> = {
  id,
  description: 'The card that greets who uses DIRAC for the first time.',
  autoStart: true,
  requires: [IDiracSession],
  optional: [ILabShell, ICommandPalette, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    session: IDiracSession,
    labShell: ILabShell | null,
    palette: ICommandPalette | null,
    settings: ISettingRegistry | null,
  ) => {
    const { commands, shell } = app;
    let card: LazyBody | undefined;

    const open = (activate: boolean): void => {
      if (card === undefined) {
        const mine = (card = createCard());
        mine.disposed.connect(() => {
          card = undefined;
          // Whoever closes it has seen it.
          void settings?.set(id, 'show', false).catch((error: unknown) => console.warn('diraclab: the card will show again:', error));
        });
        // Beside the launcher and not over it; and the focus stays where it is.
        shell.add(mine, 'main', { mode: activate ? 'tab-after' : 'split-right', activate: false });
      }
      if (activate) shell.activateById(card.id);
    };

    const createCard = (): LazyBody => {
      const body: LazyBody = new LazyBody(async () => {
        const { WelcomeCard } = await import('./card');
        const leaveFor = (command: string, args = {}) => {
          // First closed, so that what is opened gets the whole width.
          body.dispose();
          void commands.execute(command, args);
        };
        return new WelcomeCard(session, {
          openJob: (jobId) => void commands.execute(commandIds.openJob, { jobId }),
          openExample: (path) => leaveFor(commandIds.openExample, { path }),
          openJobs: () => void commands.execute(commandIds.openJobs),
          openTerminal: () => leaveFor(commandIds.newTerminal),
          close: () => body.dispose(),
        });
      });
      body.id = 'diraclab-welcome';
      body.title.label = 'Welcome to DIRAC';
      body.title.icon = diracIcon;
      body.title.closable = true;
      return body;
    };

    commands.addCommand(commandIds.openWelcome, {
      label: 'Welcome',
      caption: 'What this is, where it runs, a first job, example notebooks',
      icon: diracIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => open(true),
    });
    palette?.addItem({ command: commandIds.openWelcome, category });

    void app.restored.then(async () => {
      const loaded = await settings?.load(id).catch(() => undefined);
      if (labShell === null || loaded?.get('show').composite !== true) return;
      await filled(labShell);
      // Somebody who comes back to work, or opens a notebook by its address, is not interrupted.
      const isAtWork = [...shell.widgets('main')].some((widget) => widget.node.querySelector('.jp-Launcher') === null);
      if (!isAtWork) open(false);
    });
  },
};

/** Lab opens its launcher only into an empty main area; what comes before it keeps it away. */
function filled(shell: ILabShell): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (shell.isEmpty('main')) return;
      shell.layoutModified.disconnect(look);
      resolve();
    };
    shell.layoutModified.connect(look);
    look();
  });
}
