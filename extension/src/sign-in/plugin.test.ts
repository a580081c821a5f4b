import '../testing/browser';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { DisposableDelegate } from '@lumino/disposable';
import { commandIds } from '../commands';
import { ScriptedSession, eventually, signedIn, signedOut } from '../testing/session';
import { signIn } from './plugin';

let session: ScriptedSession;
let commands: CommandRegistry;
let inPalette: string[];
let opened: { url: string; opener: unknown }[];
let blocked: boolean;

beforeEach(() => {
  session = new ScriptedSession();
  commands = new CommandRegistry();
  inPalette = [];
  opened = [];
  blocked = false;
  jest.spyOn(window, 'open').mockImplementation((url, _target, features) => {
    if (String(features).includes('noopener')) opened.push({ url: String(url), opener: null });
    if (blocked || String(features).includes('noopener')) return null;
    const one = { url: '', opener: window as unknown };
    opened.push(one);
    const replace = (to: string) => (one.url = to);
    return Object.assign(one, { location: { replace }, close: () => undefined }) as unknown as Window;
  });
  const palette = {
    addItem: ({ command }: { command: string }) => {
      inPalette.push(command);
      return new DisposableDelegate(() => void inPalette.splice(inPalette.indexOf(command), 1));
    },
  };
  void signIn.activate({ commands } as JupyterFrontEnd, session, palette);
  for (const { id } of Notification.manager.notifications) Notification.dismiss(id);
});
afterEach(() => jest.restoreAllMocks());

const notices = () => Notification.manager.notifications.map(({ message }) => message);
const press = async (label: string) => {
  const action = Notification.manager.notifications.flatMap(({ options }) => options.actions ?? []).find((one) => one.label === label);
  action?.callback(new MouseEvent('click'));
  await eventually(() => expect(action).toBeDefined());
};

describe('signing in', () => {
  it('is not spoken of where nobody signs in', () => {
    session.signIn.enter({ kind: 'noSignIn' });
    expect(inPalette).toEqual([]);
    for (const id of [commandIds.login, commandIds.logout, commandIds.switchGroup])
      expect([commands.isVisible(id), commands.isEnabled(id)]).toEqual([false, false]);
    expect(notices()).toEqual([]);
  });

  it('opens a window in the click itself, which the institute cannot reach back from', async () => {
    session.signIn.enter(signedOut(false));
    expect(inPalette).toContain(commandIds.login);
    const done = commands.execute(commandIds.login);
    expect(opened).toHaveLength(1);
    await done;
    expect(opened[0]).toMatchObject({ url: 'https://dirac.example.org/authorize', opener: null });
  });

  it('shows a link where the browser blocks the window', async () => {
    blocked = true;
    session.signIn.enter(signedOut(false));
    await commands.execute(commandIds.login);
    expect(opened).toEqual([]);
    await press('Open the sign-in page');
    expect(opened).toEqual([{ url: 'https://dirac.example.org/authorize', opener: null }]);
  });

  it('that has ended is told once, however much waits for it, and no more when somebody is back', () => {
    session.signIn.enter(signedIn());
    session.signIn.enter(signedOut(true));
    session.signIn.needed.emit();
    session.signIn.needed.emit();
    expect(notices()).toEqual(['DIRAC: This sign-in has ended. Running jobs are not affected.']);
    session.signIn.enter(signedIn());
    expect(notices()).toEqual([]);
  });

  it('that failed is told with its reason, once', () => {
    session.signIn.enter(signedOut(false, 'The institute said no.'));
    session.signIn.enter(signedOut(false, 'The institute said no.'));
    expect(notices()).toEqual(['The institute said no.']);
  });

  it('out and into another group are commands that scripts can run', async () => {
    session.signIn.enter(signedIn());
    await commands.execute(commandIds.switchGroup, { vo: 'cta', ownerGroup: 'cta_prod' });
    await commands.execute(commandIds.logout);
    expect(session.signIn.acts).toEqual([{ vo: 'cta', ownerGroup: 'cta_prod' }, 'signOut']);
    expect(commands.isEnabled(commandIds.login)).toBe(true);
  });
});
