import '../testing/browser';
import { Widget } from '@lumino/widgets';
import { ScriptedSession, absent } from '../testing/session';
import { StatusItem } from './item';

describe('the counts in the status bar', () => {
  it('watch only when enabled, say the same to eyes and ears, and open the panel', () => {
    const session = new ScriptedSession();
    let clicks = 0;
    const item = new StatusItem(session, () => clicks++);
    Widget.attach(item, document.body);
    const button = item.node.querySelector('button') ?? absent('no button');
    expect(session.kinds()).toEqual([]);
    item.setEnabled(true);
    expect(button.textContent).toBe('DIRAC');
    session.say('counts', { counts: { Running: 3, Waiting: 1204, Failed: 1, Stalled: 1, Done: 9 }, groups: [] });
    expect(button.textContent).toBe('R 3 · W 1,204 · ✗ 2');
    expect(button.getAttribute('aria-label')).toBe('DIRAC jobs: 3 running, 1204 waiting, 2 failed or lost');
    session.live.enter({ kind: 'offline', since: new Date(), reason: '' });
    expect(button.textContent).toMatch(/^R 3 · W 1,204 · ✗ 2 · offline since \d\d:\d\d/);
    expect(item.hasClass('dirac-mod-stale')).toBe(true);
    button.click();
    expect(clicks).toBe(1);
    item.setEnabled(false);
    expect(session.kinds()).toEqual([]);
    item.dispose();
  });
});
