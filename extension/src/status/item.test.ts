import '../testing/browser';
import { Widget } from '@lumino/widgets';
import { ScriptedSession, absent, signedIn, signedOut } from '../testing/session';
import { StatusItem } from './item';

describe('the counts in the status bar', () => {
  it('watch only when enabled, say the same to eyes and ears, and open the panel', () => {
    const session = new ScriptedSession();
    let clicks = 0;
    const item = new StatusItem(session, { openJobs: () => clicks++, signIn: () => undefined });
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

  it('say for which group, count the end of a sign-in down, and are the way in when nobody is signed in', () => {
    jest.useFakeTimers({ now: new Date('2026-11-23T10:00:00Z') });
    try {
      const session = new ScriptedSession();
      const clicks: string[] = [];
      const item = new StatusItem(session, { openJobs: () => clicks.push('jobs'), signIn: () => clicks.push('sign in') });
      Widget.attach(item, document.body);
      const button = item.node.querySelector('button') ?? absent('no button');
      item.setEnabled(true);
      session.say('counts', { counts: { Running: 3 }, groups: [] });
      session.signIn.enter(signedIn({ endTime: '2026-11-23T10:06:00Z', isRenewable: false }));
      expect(button.textContent).toBe('R 3 · W 0 · cta/cta_user');
      expect(button.getAttribute('aria-label')).toContain('alice in group cta_user of cta');
      jest.advanceTimersByTime(61_000);
      expect(button.textContent).toBe('R 3 · W 0 · cta/cta_user · sign-in ends in 4:59');
      jest.advanceTimersByTime(200_000);
      expect(button.textContent).toMatch(/ends in 1:39$/);
      // Renewed: nothing to worry about.
      session.signIn.enter(signedIn({ endTime: '2026-12-23T10:00:00Z' }));
      expect(button.textContent).toBe('R 3 · W 0 · cta/cta_user');
      session.signIn.enter(signedOut(true));
      session.live.enter({ kind: 'signed-out' });
      expect(button.textContent).toBe('Sign in');
      button.click();
      session.signIn.enter(signedIn());
      session.live.enter({ kind: 'live' });
      button.click();
      expect(clicks).toEqual(['sign in', 'jobs']);
      item.dispose();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
