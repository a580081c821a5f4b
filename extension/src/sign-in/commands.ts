import type { Membership } from '@diraclab/contract';
import { InputDialog, Notification } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import { commandIds, type CommandArguments } from '../commands';
import { explain, inOneText } from '../session/explain';
import type { IDiracSession } from '../tokens';
import { groupInWords } from '../ui/sign-in-words';
import { openSignInTab, openSignInWindow } from './window';

const noArguments = { args: { type: 'object', properties: {} } } as const;

/** Sign in, sign out, change the group. Where nobody signs in they are neither shown nor possible. */
export function addSignInCommands(commands: CommandRegistry, session: IDiracSession): void {
  const { signIn } = session;
  const is = (...kinds: string[]) => ({
    isVisible: () => kinds.includes(signIn.session?.kind ?? ''),
    isEnabled: () => kinds.includes(signIn.session?.kind ?? ''),
  });
  commands.addCommand(commandIds.login, {
    label: 'Sign In',
    caption: 'Sign in to the DIRAC service with your home institute',
    describedBy: noArguments,
    ...is('signedOut', 'signedIn'),
    execute: () => login(session),
  });
  commands.addCommand(commandIds.logout, {
    label: 'Sign Out',
    caption: 'Sign out of the DIRAC service, here, in notebooks and in commands',
    describedBy: noArguments,
    ...is('signedIn'),
    execute: () =>
      tell('You are not signed out at the service', async () => {
        await signIn.signOut();
        return 'You are signed out. Your jobs go on.';
      }),
  });
  commands.addCommand(commandIds.switchGroup, {
    label: 'Change VO or Group…',
    caption: 'Act for another VO or group from now on, here, in notebooks and in commands',
    describedBy: { args: { type: 'object', properties: { vo: { type: 'string' }, ownerGroup: { type: 'string' } } } },
    ...is('signedIn'),
    execute: (args) => switchGroup(session, args as CommandArguments['switchGroup']),
  });
}

async function login({ signIn }: IDiracSession): Promise<void> {
  const opened = openSignInWindow();
  try {
    const url = await signIn.start();
    if (opened !== undefined) return opened.goTo(url);
    Notification.info('Your browser kept the sign-in window from opening.', {
      autoClose: false,
      actions: [{ label: 'Open the sign-in page', displayType: 'link', callback: () => openSignInTab(url) }],
    });
  } catch (error) {
    opened?.close();
    Notification.error(inOneText(explain('You are not signed in', error)), { autoClose: false });
  }
}

async function switchGroup(session: IDiracSession, { vo, ownerGroup }: CommandArguments['switchGroup']): Promise<void> {
  await tell('The group was not changed', async () => {
    const group = vo === undefined || ownerGroup === undefined ? await askForGroup(session) : { vo, ownerGroup };
    if (group === undefined) return undefined;
    await session.signIn.switchGroup(group);
    return `You act for ${groupInWords(group)} now. Jobs stay with the group they were submitted for.`;
  });
}

async function askForGroup(session: IDiracSession): Promise<Membership | undefined> {
  const { memberships } = await session.call('listMemberships', {});
  const now = session.signIn.session;
  const items = memberships.map((one) => `${groupInWords(one)} (${one.properties.join(', ')})`);
  const current = memberships.findIndex((one) => now?.kind === 'signedIn' && groupInWords(one) === groupInWords(now));
  const { value, button } = await InputDialog.getItem({
    title: 'Act for which VO and group?',
    items,
    current: Math.max(0, current),
    okLabel: 'Change',
  });
  return button.accept && value !== null ? memberships[items.indexOf(value)] : undefined;
}

async function tell(whatFailed: string, does: () => Promise<string | undefined>): Promise<void> {
  try {
    const result = await does();
    if (result !== undefined) Notification.success(result.slice(0, 140), { autoClose: 3000 });
  } catch (error) {
    Notification.error(inOneText(explain(whatFailed, error)), { autoClose: false });
  }
}
