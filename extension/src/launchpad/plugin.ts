import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ServerConnection } from '@jupyterlab/services';
import type { PartialJSONObject } from '@lumino/coreutils';
import { category, commandIds } from '../commands';
import { IDiracSession } from '../tokens';
import { diracIcon } from '../ui/icons';
import { createTabs } from '../ui/tab';
import type { Draft } from './draft';

const args = {
  type: 'object',
  properties: {
    description: { type: 'object', description: 'A job description to begin with' },
    parameters: { type: 'array', items: { type: 'object' }, description: 'Rows of a sweep, one job each' },
    name: { type: 'string', description: 'The tab to show again; without it a new one is opened' },
  },
} as const;

export const launchpad: JupyterFrontEndPlugin<void> = {
  id: 'diraclab-extension:launchpad',
  description: 'The form for new jobs.',
  autoStart: true,
  requires: [IDiracSession],
  optional: [ICommandPalette, ILauncher, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    session: IDiracSession,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
  ) => {
    const { commands, serviceManager } = app;
    const readLabFile = async (path: string): Promise<Blob> => {
      const { type } = await serviceManager.contents.get(path, { content: false });
      if (type === 'directory') throw new Error(`${path} is a folder; add its files.`);
      const answer = await ServerConnection.makeRequest(
        await serviceManager.contents.getDownloadUrl(path),
        {},
        serviceManager.serverSettings,
      );
      if (!answer.ok) throw new Error(`JupyterLab did not give ${path} (HTTP ${answer.status}).`);
      return answer.blob();
    };
    const tabs = createTabs(app, restorer, {
      namespace: 'dirac-launchpad',
      command: commandIds.newJob,
      body: async (tab) => {
        const { createLaunchpad } = await import('./body');
        const body = createLaunchpad(
          session,
          tab.args as Draft,
          (command, more) => void commands.execute(command, more as never),
          readLabFile,
        );
        body.model.draftChanged.connect((_, draft) => {
          const kept = { ...(draft as PartialJSONObject), name: tab.args['name'] };
          tabs.keep(tab, kept, draft.description?.jobName ? `New job: ${draft.description.jobName}` : 'New job');
        });
        return body;
      },
    });
    commands.addCommand(commandIds.newJob, {
      label: 'New Job',
      caption: 'Describe a job, or many, and submit',
      icon: diracIcon,
      describedBy: { args },
      execute: (given) => {
        const name =
          typeof given['name'] === 'string' ? given['name'] : (crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? '0');
        const { cwd: _folder, ...draft } = given;
        return tabs.open(name, { ...draft, name }, 'New job');
      },
    });
    palette?.addItem({ command: commandIds.newJob, category });
    launcher?.add({ command: commandIds.newJob, category, rank: 0 });
  },
};
