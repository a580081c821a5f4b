import { getTokens, startDeviceSignIn, whoAmI } from '@diraclab/contract';
import type { TokenSet } from '@diraclab/contract';
import { describeGrid } from '../../server/src/testing/test-grid.ts';
import { Browser, goingTo } from './browser.ts';
import { passProvider, useStages } from './stage.ts';
import type { Stage } from './stage.ts';

/** The terminal may ask again at once: the interval has passed in the database. */
const waitedLong = ({ grid }: Stage) =>
  grid.database.transaction(async (tx) => void (await tx.updateTable('sign_ins').set({ last_poll_ms: null }).execute()));

const poll = (stage: Stage, deviceCode: string): Promise<TokenSet> =>
  stage.call(getTokens, { body: { grantType: 'deviceCode', deviceCode } });

async function confirm(stage: Stage, uri: string, user: string, browser = new Browser()) {
  const sent = await browser.press(await browser.go(uri), { provider: 'egi' });
  return browser.go(await passProvider(browser, goingTo(sent), user));
}

describeGrid('signing in a terminal', (start) => {
  const stages = useStages();

  it('the terminal shows a code, alice confirms it in her browser, and the terminal is signed in', async () => {
    const stage = await stages.open(start);
    const asked = await stage.call(startDeviceSignIn, { body: { vo: 'vo.other.org' } });
    expect(asked.userCode).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    await expect(poll(stage, asked.deviceCode)).rejects.toMatchObject({ code: 'SignInPending' });
    await expect(poll(stage, asked.deviceCode)).rejects.toMatchObject({ code: 'SlowDown', ids: { retryAfterS: 10 } });
    const done = await confirm(stage, asked.verificationUriComplete, 'alice');
    expect(done.text).toContain('signed in as <span class="who">alice</span> for vo.other.org/other_user');
    await waitedLong(stage);
    const tokens = await poll(stage, asked.deviceCode);
    expect(tokens).toMatchObject({ owner: 'alice', vo: 'vo.other.org' });
    expect(await stage.as(tokens.accessToken)(whoAmI, {})).toMatchObject({ owner: 'alice' });
  });

  it('carol, whom no community admits, reads why on the page, and the terminal says it, too', async () => {
    const stage = await stages.open(start);
    const asked = await stage.call(startDeviceSignIn, { body: {} });
    const page = await confirm(stage, asked.verificationUriComplete, 'carol');
    expect(page.status).toBe(403);
    await expect(poll(stage, asked.deviceCode)).rejects.toMatchObject({ code: 'SignInRefused' });
  });

  it('alice says no: the terminal hears it', async () => {
    const stage = await stages.open(start);
    const asked = await stage.call(startDeviceSignIn, { body: {} });
    const browser = new Browser();
    await browser.press(await browser.go(asked.verificationUriComplete), { refuse: 'yes' });
    await expect(poll(stage, asked.deviceCode)).rejects.toMatchObject({ code: 'SignInRefused' });
  });
});
