import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import type { Condition, JobQuery } from '@diraclab/contract';
import type { PartialJSONObject } from '@lumino/coreutils';
import { category, commandIds } from '../commands';
import { IDiracSession } from '../tokens';
import { diracIcon } from '../ui/icons';
import { createTabs, type Tab } from '../ui/tab';

const args = {
  type: 'object',
  properties: {
    query: { type: 'object', description: 'A job query: "where" with conditions, "sort"; without it all jobs' },
    title: { type: 'string', description: 'Name of the tab' },
    name: { type: 'string', description: 'The tab to show again; without it a new one is opened' },
  },
} as const;

export const jobsTable: JupyterFrontEndPlugin<void> = {
  id: 'diraclab-extension:jobs-table',
  description: 'Job tables in the main area.',
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
    const { commands } = app;
    const tabs = createTabs(app, restorer, {
      namespace: 'dirac-table',
      command: commandIds.openTable,
      body: async (tab) => {
        const { createTable } = await import('./body');
        const body = createTable(session, queryOf(tab.args), (command, more) => void commands.execute(command, more as never));
        const titled = typeof tab.args['title'] === 'string';
        body.model.queryChanged.connect((_, query) => {
          const kept = { ...(tab.args as PartialJSONObject), query: query as unknown as PartialJSONObject };
          tabs.keep(tab, kept, titled ? String(tab.args['title']) : labelOf(query));
        });
        return body;
      },
    });
    commands.addCommand(commandIds.openTable, {
      label: (given) => (given['isLauncher'] ? 'Job Table' : 'Open a Job Table'),
      caption: 'Filter, sort and act on all jobs',
      icon: diracIcon,
      describedBy: { args },
      execute: (given): Tab => {
        const query = queryOf(given);
        const name =
          typeof given['name'] === 'string' ? given['name'] : (crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? '0');
        const title = typeof given['title'] === 'string' ? given['title'] : undefined;
        const kept = { query: query as unknown as PartialJSONObject, name, ...(title === undefined ? {} : { title }) };
        return tabs.open(name, kept, title ?? labelOf(query));
      },
    });
    palette?.addItem({ command: commandIds.openTable, category });
    launcher?.add({ command: commandIds.openTable, category, rank: 2, args: { isLauncher: true } });
  },
};

/** Arguments come from anywhere; what is no query at all is none. The server checks the rest and says what is wrong. */
function queryOf(given: Tab['args']): JobQuery {
  const query = given['query'];
  if (typeof query !== 'object' || query === null || Array.isArray(query)) return {};
  const { where, sort } = query as JobQuery;
  return { ...(Array.isArray(where) ? { where } : {}), ...(sort === undefined ? {} : { sort }) };
}

/** The values tell the tabs apart: `Jobs: Failed, fit-scan`. */
export function labelOf({ where = [] }: JobQuery): string {
  const values = where.flatMap((condition: Condition) => condition.values.slice(0, 2).map(String));
  return values.length === 0 ? 'Jobs' : `Jobs: ${values.slice(0, 3).join(', ')}`;
}
