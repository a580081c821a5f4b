import { Notification } from '@jupyterlab/apputils';
import type { IDiracSession } from '../tokens';

/** One notice, however many things wait, until somebody has signed in: that the sign-in ended, or why the last one failed. */
export function noticeSignIn({ signIn }: IDiracSession, login: () => void): void {
  let shown: string | undefined;
  let failure: string | null = null;

  const show = (text: string, label: string): void => {
    shown ??= Notification.warning(text, { autoClose: false, actions: [{ label, callback: login }] });
  };
  const hide = (): void => {
    if (shown !== undefined) Notification.dismiss(shown);
    shown = undefined;
  };

  signIn.needed.connect(() => show('Sign in, and what you asked for is done. Running jobs are not affected.', 'Sign in'));
  signIn.changed.connect(() => {
    const { session } = signIn;
    if (session?.kind !== 'signedOut') return hide();
    if (session.failure !== null && session.failure !== failure) Notification.error(session.failure.slice(0, 300), { autoClose: false });
    ({ failure } = session);
    if (session.before !== null) show(`DIRAC: ${session.before.why} Running jobs are not affected.`, 'Sign in again');
  });
}
