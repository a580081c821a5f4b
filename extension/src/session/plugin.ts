import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDiracSession } from '../tokens';
import { createCalls } from './connection';
import { Live } from './live';
import { openSocket } from './socket';
import { whyOffline } from './why-offline';

/** A tab hidden for less than this (a glance at another tab) keeps its connection. */
const hiddenGraceMs = 30_000;

export const session: JupyterFrontEndPlugin<IDiracSession> = {
  id: 'diraclab-extension:session',
  description: 'The connection to the DIRAC server behind this Lab.',
  autoStart: true,
  provides: IDiracSession,
  activate: (app: JupyterFrontEnd): IDiracSession => {
    const settings = app.serviceManager.serverSettings;
    const calls = createCalls(settings);
    const live = new Live(
      () => openSocket(settings),
      (error) => whyOffline(settings, error),
    );
    let hiding: ReturnType<typeof setTimeout> | undefined;
    document.addEventListener('visibilitychange', () => {
      clearTimeout(hiding);
      if (document.visibilityState === 'visible') live.setHidden(false);
      else hiding = setTimeout(() => live.setHidden(true), hiddenGraceMs);
    });
    return { ...calls, live };
  },
};
