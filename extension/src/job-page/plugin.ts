import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, InputDialog } from '@jupyterlab/apputils';
import { category, commandIds } from '../commands';
import { IDiracSession } from '../tokens';
import { diracIcon } from '../ui/icons';
import { createTabs } from '../ui/tab';

const args = {
  type: 'object',
  properties: { jobId: { type: 'integer', description: "The job's number; without it, it is asked for" } },
} as const;

export const jobPage: JupyterFrontEndPlugin<void> = {
  id: 'diraclab-extension:job-page',
  description: 'One job in a tab of the main area.',
  autoStart: true,
  requires: [IDiracSession],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (app: JupyterFrontEnd, session: IDiracSession, palette: ICommandPalette | null, restorer: ILayoutRestorer | null) => {
    const { commands } = app;
    const tabs = createTabs(app, restorer, {
      namespace: 'dirac-job',
      command: commandIds.openJob,
      body: async (tab) => {
        const { createJobPage } = await import('./body');
        const jobId = Number(tab.args['jobId']);
        const body = createJobPage(
          session,
          jobId,
          (command, more) => void commands.execute(command, more as never),
          () => tab.dispose(),
        );
        let said = '';
        body.model.changed.connect(({ job }) => {
          const label = job === undefined || job.jobName === '' ? labelOf(jobId) : `${jobId} ${job.jobName}`;
          if (label !== said) tabs.keep(tab, tab.args, (said = label));
        });
        return body;
      },
    });
    commands.addCommand(commandIds.openJob, {
      label: 'Open a Job…',
      caption: 'Show one job: why, output, files, log',
      icon: diracIcon,
      describedBy: { args },
      execute: async (given) => {
        const jobId = Number(given['jobId'] ?? (await askForNumber()));
        if (!Number.isSafeInteger(jobId) || jobId < 1) return undefined;
        return tabs.open(String(jobId), { jobId }, labelOf(jobId));
      },
    });
    palette?.addItem({ command: commandIds.openJob, category });
  },
};

const labelOf = (jobId: number): string => `Job ${jobId}`;

async function askForNumber(): Promise<number | null> {
  const { value } = await InputDialog.getText({ title: 'Open a job', label: 'Its number', okLabel: 'Open', pattern: '\\d+' });
  return value === null ? null : Number(value);
}
