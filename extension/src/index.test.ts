import './testing/browser';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { RenderMimeRegistry } from '@jupyterlab/rendermime';
import { CommandRegistry } from '@lumino/commands';
import { ContextMenu } from '@lumino/widgets';
import { cardMimeType } from './cards/payload';
import { commandIds } from './commands';
import plugins from './index';
import { ScriptedSession } from './testing/session';
import { IDiracSession } from './tokens';

/** Only the parts of Lab that our plugins touch when they start. */
function startAll() {
  const commands = new CommandRegistry();
  const rendermime = new RenderMimeRegistry();
  const session = new ScriptedSession();
  const added: unknown[] = [];
  const palette: { command: string; args?: object }[] = [];
  const services: Record<string, unknown> = {
    [IDiracSession.name]: session,
    '@jupyterlab/rendermime:IRenderMimeRegistry': rendermime,
    '@jupyterlab/statusbar:IStatusBar': { registerStatusItem: () => undefined },
    '@jupyterlab/apputils:ICommandPalette': { addItem: (item: { command: string }) => palette.push(item) },
    '@jupyterlab/launcher:ILauncher': { add: (item: { command: string }) => palette.push(item) },
  };
  const app = {
    commands,
    contextMenu: new ContextMenu({ commands }),
    contextMenuHitTest: () => undefined,
    restored: new Promise(() => undefined),
    serviceManager: { serverSettings: {}, terminals: { isAvailable: () => true } },
    shell: { add: (widget: unknown) => added.push(widget), activateById: () => undefined },
  } as unknown as JupyterFrontEnd;
  for (const plugin of plugins) {
    if (plugin.provides === IDiracSession) continue;
    const needs = [...(plugin.requires ?? []), ...(plugin.optional ?? [])].map(({ name }) => services[name] ?? null);
    void plugin.activate(app, ...needs);
  }
  return { commands, rendermime, session, added, palette };
}

describe("what Lab's start costs and gets", () => {
  it('watches and asks nothing before something of ours is seen', () => {
    const { session } = startAll();
    expect(session.watching).toEqual([]);
    expect(session.calls).toEqual([]);
  });

  it('gives every command a label and a description of its arguments', async () => {
    const { commands } = startAll();
    const ours = commands.listCommands().filter((id) => id.startsWith('dirac:'));
    expect(ours).toEqual(expect.arrayContaining(Object.values(commandIds)));
    for (const id of ours) {
      expect(commands.label(id)).not.toBe('');
      expect([id, (await commands.describedBy(id)).args]).toEqual([id, expect.objectContaining({ type: 'object' })]);
    }
  });

  it('puts into palette and launcher only what can be done', () => {
    const { commands, palette } = startAll();
    for (const { command, args } of palette) expect([command, commands.isEnabled(command, args as never)]).toEqual([command, true]);
  });

  it('draws cards rather than the static HTML beside them, also in untrusted notebooks', () => {
    const { rendermime } = startAll();
    const bundle = { 'text/html': '<b>static</b>', 'text/plain': 'static', [cardMimeType]: {} };
    expect(rendermime.preferredMimeType(bundle, 'ensure')).toBe(cardMimeType);
  });
});
