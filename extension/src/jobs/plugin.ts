import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { category, commandIds, helloJob } from '../commands';
import { IDiracSession } from '../tokens';
import { diracIcon } from '../ui/icons';
import { LazyBody } from '../ui/lazy-body';
import { addJobCommands } from './job-commands';
import { addRowMenu } from './row-menu';

/** Left, below Lab's own panels; 501 to 899 is the range for others. */
const rank = 510;

export const jobs: JupyterFrontEndPlugin<void> = {
  id: 'diraclab-extension:jobs',
  description: 'The Jobs panel, and the commands on jobs.',
  autoStart: true,
  requires: [IDiracSession],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (app: JupyterFrontEnd, session: IDiracSession, palette: ICommandPalette | null, restorer: ILayoutRestorer | null) => {
    const { commands, shell } = app;
    const panel = new LazyBody(async () => {
      const { JobsPanel } = await import('./panel');
      return new JobsPanel(session, {
        openJob: (jobId) => void commands.execute(commandIds.openJob, { jobId }),
        signIn: () => void commands.execute(commandIds.login),
        switchGroup: () => void commands.execute(commandIds.switchGroup),
        openTable: (query) => void commands.execute(commandIds.openTable, { query: query as never }),
      });
    });
    panel.id = 'diraclab-jobs';
    panel.title.icon = diracIcon;
    panel.title.caption = 'DIRAC jobs';
    panel.node.setAttribute('role', 'region');
    panel.node.setAttribute('aria-label', 'DIRAC jobs');
    shell.add(panel, 'left', { rank, type: 'DIRAC jobs' });
    restorer?.add(panel, panel.id);

    commands.addCommand(commandIds.openJobs, {
      label: 'Jobs',
      caption: 'Show the Jobs panel',
      icon: diracIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => shell.activateById(panel.id),
    });
    addJobCommands(commands, session);
    addRowMenu(app);
    palette?.addItem({ command: commandIds.openJobs, category });
    palette?.addItem({ command: commandIds.submit, category, args: { description: helloJob as never, label: 'Run a hello job' } });
  },
};
