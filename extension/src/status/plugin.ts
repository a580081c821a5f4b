import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { commandIds } from '../commands';
import { IDiracSession } from '../tokens';
import { StatusItem } from './item';

const id = 'diraclab-extension:status';

export const status: JupyterFrontEndPlugin<void> = {
  id,
  description: 'Counts of jobs in the status bar.',
  autoStart: true,
  requires: [IDiracSession, IStatusBar],
  optional: [ISettingRegistry],
  activate: (app: JupyterFrontEnd, session: IDiracSession, statusBar: IStatusBar, settings: ISettingRegistry | null) => {
    const item = new StatusItem(session, {
      openJobs: () => void app.commands.execute(commandIds.openJobs),
      signIn: () => void app.commands.execute(commandIds.login),
    });
    statusBar.registerStatusItem(id, { item, align: 'right', rank: 100 });
    // After the page stands: the counts must not make Lab's start slower.
    void app.restored.then(async () => {
      const loaded = await settings?.load(id).catch(() => undefined);
      const follow = () => item.setEnabled(loaded?.get('enabled').composite !== false);
      loaded?.changed.connect(follow);
      follow();
    });
  },
};
