import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { DisposableSet, type IDisposable } from '@lumino/disposable';
import { category, commandIds } from '../commands';
import { IDiracSession } from '../tokens';
import { addSignInCommands } from './commands';
import { noticeSignIn } from './notice';

export const signIn: JupyterFrontEndPlugin<void> = {
  id: 'diraclab-extension:sign-in',
  description: 'Sign-in at a DIRAC service: commands and notices.',
  autoStart: true,
  requires: [IDiracSession],
  optional: [ICommandPalette],
  activate: ({ commands }: JupyterFrontEnd, session: IDiracSession, palette: ICommandPalette | null) => {
    addSignInCommands(commands, session);
    noticeSignIn(session, () => void commands.execute(commandIds.login));
    let inPalette: IDisposable | undefined;
    session.signIn.changed.connect(() => {
      for (const id of [commandIds.login, commandIds.logout, commandIds.switchGroup]) commands.notifyCommandChanged(id);
      const isNeeded = session.signIn.session?.kind !== 'noSignIn';
      if (isNeeded && palette !== null)
        inPalette ??= DisposableSet.from(
          [commandIds.login, commandIds.logout, commandIds.switchGroup].map((command) => palette.addItem({ command, category })),
        );
      if (!isNeeded) inPalette = void inPalette?.dispose();
    });
  },
};
