import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { commandIds } from '../commands';
import { IDiracSession } from '../tokens';
import { cardMimeType } from './payload';
import { CardRenderer } from './renderer';

/** Before text/html (50), which stands in the same output for places without us. */
const rank = 10;

export const cards: JupyterFrontEndPlugin<void> = {
  id: 'diraclab-extension:cards',
  description: 'Live cards of jobs and groups in notebooks.',
  autoStart: true,
  requires: [IDiracSession, IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, session: IDiracSession, rendermime: IRenderMimeRegistry) => {
    const { commands } = app;
    rendermime.addFactory(
      {
        // Shows in untrusted notebooks as well: it is text nodes only, and its acts wait for trust.
        safe: true,
        mimeTypes: [cardMimeType],
        createRenderer: () =>
          new CardRenderer(session, {
            openJob: (jobId) => void commands.execute(commandIds.openJob, { jobId }),
            openTable: (query) => void commands.execute(commandIds.openTable, { query: query as never }),
          }),
      },
      rank,
    );
  },
};
