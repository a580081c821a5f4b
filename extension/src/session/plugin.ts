import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDiracSession } from '../tokens';
import { createCalls } from './connection';
import { labSessionCalls } from './lab-session';
import { Live } from './live';
import { SignIn } from './sign-in';
import { openSocket } from './socket';
import { whyOffline } from './why-offline';

/** A tab hidden for less than this (a glance at another tab) keeps its connection. */
const hiddenGraceMs = 30_000;

/** A connection that the companion ended because its token was renewed is there again sooner than this. */
const renewalMs = 1_500;

export const session: JupyterFrontEndPlugin<IDiracSession> = {
  id: 'diraclab-extension:session',
  description: 'The connection to the DIRAC server behind this Lab.',
  autoStart: true,
  provides: IDiracSession,
  activate: (app: JupyterFrontEnd): IDiracSession => {
    const settings = app.serviceManager.serverSettings;
    const signIn = new SignIn(labSessionCalls(settings));
    const calls = createCalls(settings, signIn);
    const live = new Live(
      () => {
        // Not waited for: a laptop's page is not to be slower for it. Whoever is not signed in is told a moment later.
        if (signIn.session === undefined) void signIn.refresh().catch(() => undefined);
        return openSocket(settings);
      },
      (error) => whyOffline(settings, error),
    );
    signIn.changed.connect(() => {
      live.glitchMs = signIn.session?.kind === 'signedIn' ? renewalMs : 0;
      live.setSignedOut(signIn.session?.kind === 'signedOut');
    });
    // The companion ends the connection when the sign-in has changed, also by a command in a terminal.
    live.reconnected.connect(() => {
      if (signIn.session?.kind !== 'noSignIn') void signIn.refresh().catch(() => undefined);
    });
    live.stateChanged.connect((_, { kind }) => void (kind === 'reconnecting' && signIn.check()));
    let hiding: ReturnType<typeof setTimeout> | undefined;
    document.addEventListener('visibilitychange', () => {
      clearTimeout(hiding);
      if (document.visibilityState === 'visible') live.setHidden(false);
      else hiding = setTimeout(() => live.setHidden(true), hiddenGraceMs);
    });
    return { ...calls, live, signIn };
  },
};
