import { getTokens, searchJobs, signOut, startDeviceSignIn, submitJobs, whoAmI } from '@diraclab/contract';
import { createLogger } from '../../server/src/logger.ts';
import { describeGrid } from '../../server/src/testing/test-grid.ts';
import { actionOf, Browser, goingTo, hiddenFields } from './browser.ts';
import { askAsLab, passProvider, signIn, signInBrowser, useStages } from './stage.ts';

const jsonHeaders = { 'content-type': 'application/json' };

const stories = (start: Parameters<Parameters<typeof describeGrid>[1]>[0]): void => {
  const stages = useStages();

  it('a code serves once, for its verifier and its address; the second use ends what the first gave', async () => {
    const stage = await stages.open(start);
    const asked = askAsLab(stage);
    const code = (await signInBrowser(asked, 'alice')).searchParams.get('code') ?? '';
    const body = { grantType: 'authorizationCode' as const, code, codeVerifier: asked.verifier, redirectUri: asked.redirectUri };
    const tokens = await stage.call(getTokens, { body });
    expect(await stage.as(tokens.accessToken)(whoAmI, {})).toMatchObject({ owner: 'alice' });
    await expect(stage.call(getTokens, { body })).rejects.toMatchObject({ code: 'SignInExpired' });
    await expect(stage.as(tokens.accessToken)(whoAmI, {})).rejects.toMatchObject({ code: 'NotSignedIn' });

    for (const wrong of [{ codeVerifier: 'w'.repeat(43) }, { redirectUri: 'http://127.0.0.1:9998/callback' }]) {
      const again = askAsLab(stage);
      const stolen = (await signInBrowser(again, 'alice')).searchParams.get('code') ?? '';
      const right = { grantType: 'authorizationCode' as const, code: stolen, codeVerifier: again.verifier, redirectUri: again.redirectUri };
      await expect(stage.call(getTokens, { body: { ...right, ...wrong } })).rejects.toMatchObject({ code: 'SignInExpired' });
      await expect(stage.call(getTokens, { body: right })).rejects.toMatchObject({ code: 'SignInExpired' });
    }
  });

  it('a code goes to no address that is not on the list, and nobody is ever redirected there', async () => {
    const stage = await stages.open(start);
    for (const redirectUri of [
      'https://evil.example.org/callback',
      'https://hub.example.org/callback',
      'https://hub.example.org/user/',
      'https://hub.example.org/user/../../x',
      'https://hub.example.org/user/%2e%2e/x',
      'https://hub.example.org/user/alice%2f..%2fx/',
      'https://hub.example.org.evil.org/user/alice/',
      'https://hub.example.org@evil.org/user/alice/',
      'http://hub.example.org/user/alice/',
      'http://127.0.0.1.evil.org/callback',
      'https://hub.example.org/user/alice/cb#x',
      'javascript:alert(1)',
      'data:text/html,x',
    ]) {
      const page = await new Browser().go(askAsLab(stage, { redirectUri }).url);
      expect([redirectUri, page.status >= 400 && page.status < 500, page.text.includes('<form')]).toEqual([redirectUri, true, false]);
    }
    const lab = 'https://hub.example.org/user/alice/diraclab/callback';
    const answer = await signInBrowser(askAsLab(stage, { redirectUri: lab }), 'alice');
    expect(answer.href.startsWith(`${lab}?code=`)).toBe(true);
  });

  it('a sign-in ends in the browser it began in: a link with somebody else’s state signs nobody in', async () => {
    const stage = await stages.open(start);
    const asked = askAsLab(stage);
    const mallory = new Browser();
    const sent = await mallory.press(await mallory.go(asked.url), { provider: 'egi' });
    const alice = new Browser();
    await alice.go(askAsLab(stage).url);
    expect(alice.cookies.has('diraclab-sign-in')).toBe(true);
    const back = await passProvider(alice, goingTo(sent), 'alice');
    expect((await alice.go(back)).status).toBe(401);
    // It is left to the browser that began, and serves there once.
    const used = await passProvider(mallory, goingTo(sent), 'alice');
    expect(new URL((await mallory.go(used)).url).searchParams.get('code')).not.toBeNull();
    expect((await mallory.go(used)).status).toBe(401);
  });

  it('another page’s form does nothing: without the cookie, without our token, or with another browser’s', async () => {
    const stage = await stages.open(start);
    const { verificationUriComplete, deviceCode } = await stage.call(startDeviceSignIn, { body: {} });
    for (const url of [askAsLab(stage).url, verificationUriComplete]) {
      const browser = new Browser();
      const page = await browser.go(url);
      const fields = { ...hiddenFields(page.text), provider: 'egi' };
      expect((await new Browser().go(actionOf(page), fields)).status).toBe(400);
      expect((await browser.go(actionOf(page), { ...fields, formToken: 'x' })).status).toBe(400);
      const other = new Browser();
      await other.go(url);
      expect((await other.go(actionOf(page), fields)).status).toBe(400);
      // A GET of the same has no effect either, and a body of another type is no form.
      expect((await browser.go(`${actionOf(page)}?${new URLSearchParams(fields).toString()}`)).text).not.toContain('http-equiv');
      const answer = await fetch(actionOf(page), { method: 'POST', headers: jsonHeaders, body: JSON.stringify(fields) });
      expect(answer.status).toBe(400);
    }
    await expect(stage.call(getTokens, { body: { grantType: 'deviceCode', deviceCode } })).rejects.toMatchObject({ code: 'SignInPending' });
  });

  it('what a foreign page can send changes nothing: forms, no-cors, GET', async () => {
    const stage = await stages.open(start);
    const tokens = await signIn(stage, 'alice');
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', undefined]) {
      for (const [path, body] of [['sign-out', { refreshToken: tokens.refreshToken }], ['token', { grantType: 'refreshToken', refreshToken: tokens.refreshToken }], ['device', {}]] as const) {
        const answer = await fetch(`${stage.publicUrl}/api/identity/${path}`, {
          method: 'POST',
          headers: { origin: 'https://evil.example.org', 'sec-fetch-mode': 'no-cors', ...(type === undefined ? {} : { 'content-type': type }) },
          body: Buffer.from(JSON.stringify(body)),
        });
        expect([path, type, answer.status]).toEqual([path, type, 400]);
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    } // prettier-ignore
    for (const path of ['sign-out', 'token']) {
      const query = new URLSearchParams({ refreshToken: tokens.refreshToken, grantType: 'refreshToken' }).toString();
      expect((await fetch(`${stage.publicUrl}/api/identity/${path}?${query}`)).status).toBe(404);
    }
    // Unused still, and cookies open nothing.
    expect((await fetch(`${stage.publicUrl}/api/whoami`, { headers: { cookie: `diraclab-sign-in=${tokens.accessToken}` } })).status).toBe(
      401,
    );
    expect((await stage.call(getTokens, { body: { grantType: 'refreshToken', refreshToken: tokens.refreshToken } })).owner).toBe('alice');
  });

  it('our pages run nothing, sit in no frame, and show what was typed as text', async () => {
    const stage = await stages.open(start);
    const pages = [
      await new Browser().go(askAsLab(stage, { state: '"><script>x</script>', vo: "'><img src=x onerror=y>" }).url),
      await new Browser().go(`${stage.publicUrl}/api/identity/device?userCode=${encodeURIComponent('"><script>x')}`),
      await new Browser().go(
        `${stage.publicUrl}/api/identity/callback?state=${encodeURIComponent('<b>x')}&error=${encodeURIComponent('<i>')}`,
      ),
    ];
    for (const { text, headers } of pages) {
      expect(text).not.toMatch(/<script|<img|<b>|<i>/);
      const policy = headers.get('content-security-policy') ?? '';
      for (const part of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"])
        expect(policy).toContain(part);
      expect(policy).not.toContain('unsafe');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it('codes are not found by trying: ten wrong ones, and this address waits; a code that was used is as wrong as any', async () => {
    const stage = await stages.open(start);
    const { verificationUriComplete } = await stage.call(startDeviceSignIn, { body: {} });
    const browser = new Browser();
    const tries: number[] = [];
    for (let i = 0; i < 12; i += 1) tries.push((await browser.go(`${stage.publicUrl}/api/identity/device?userCode=BBBB-BBBB`)).status);
    expect(tries.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 404));
    const late = await browser.go(verificationUriComplete);
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('whether somebody or something exists is not told: unknown, ended and another’s answer alike', async () => {
    const stage = await stages.open(start);
    const tokens = await signIn(stage, 'alice');
    await stage.call(signOut, { body: { refreshToken: tokens.refreshToken } });
    const answers = new Set<string>();
    for (const refreshToken of [tokens.refreshToken, `dlr_${'x'.repeat(65)}`, 'x']) {
      const answer = await fetch(`${stage.publicUrl}/api/identity/token`, { method: 'POST', headers: jsonHeaders, body: JSON.stringify({ grantType: 'refreshToken', refreshToken }) }); // prettier-ignore
      answers.add(`${answer.status} ${await answer.text()}`);
    }
    expect(answers.size).toBe(1);
    const groups = new Set<string>();
    const alice = await signIn(stage, 'alice');
    for (const [vo, ownerGroup] of [['vo.example.org', 'no_such_group'], ['no.such.vo.x', 'example_user']] as const)
      groups.add(await stage.call(getTokens, { body: { grantType: 'refreshToken', refreshToken: alice.refreshToken, vo, ownerGroup } }).then(() => 'in', (error: Error) => error.message.replace(`${vo}/${ownerGroup}`, 'GROUP'))); // prettier-ignore
    expect(groups.size).toBe(1);
  });

  it('no code, token or secret is in a log line, an answer to somebody else, or the database', async () => {
    const lines: string[] = [];
    const stage = await stages.open(start, {}, createLogger('debug', { write: (line) => void lines.push(line) }));
    const asked = askAsLab(stage);
    const browser = new Browser();
    const sent = await browser.press(await browser.go(asked.url), { provider: 'egi' });
    const back = await passProvider(browser, goingTo(sent), 'alice');
    const answer = new URL((await browser.go(back)).url);
    const code = answer.searchParams.get('code') ?? '';
    const tokens = await stage.call(getTokens, {
      body: { grantType: 'authorizationCode', code, codeVerifier: asked.verifier, redirectUri: asked.redirectUri },
    });
    const device = await stage.call(startDeviceSignIn, { body: {} });
    const bad = await signInBrowser(askAsLab(stage), 'carol');
    await fetch(`${back}&again=1`);
    await fetch(`${stage.publicUrl}/api/identity/token`, { method: 'POST', headers: jsonHeaders, body: JSON.stringify({ grantType: 'refreshToken', refreshToken: tokens.refreshToken.slice(0, -1) }) }); // prettier-ignore
    await stage.as(tokens.accessToken)(submitJobs, { body: { description: { executable: 'x' } } });
    const secrets = {
      code, access: tokens.accessToken, refresh: tokens.refreshToken, deviceCode: device.deviceCode, userCode: device.userCode, verifier: asked.verifier,
      providerCode: new URL(back).searchParams.get('code') ?? '', state: new URL(back).searchParams.get('state') ?? '', clientSecret: 'wms-web-secret',
      cookie: browser.cookies.get('diraclab-sign-in') ?? '',
    }; // prettier-ignore
    const rows: string[] = [];
    for (const table of [
      'sign_ins',
      'token_families',
      'personal_tokens',
      'signing_keys',
      'audit',
      'people',
      'identities',
      'registry_entries',
    ] as const)
      rows.push(JSON.stringify(await stage.grid.database.read.selectFrom(table).selectAll().execute()));
    const seen = JSON.stringify(await stage.as(tokens.accessToken)(searchJobs, { body: {} })) + bad.href;
    for (const [what, secret] of Object.entries(secrets)) {
      expect([what, secret.length > 7]).toEqual([what, true]);
      expect([what, lines.filter((line) => line.includes(secret))]).toEqual([what, []]);
      expect([what, rows.filter((row) => row.includes(secret))]).toEqual([what, []]);
      expect([what, seen.includes(secret)]).toEqual([what, false]);
    }
    expect(rows[3]).not.toContain('"d"');
  });
};
describeGrid('abuse of signing in', stories, ['sqlite']);

describeGrid('the provider', (start) => {
  const stages = useStages();

  it('goes dark: who is signed in works on and renews, new sign-ins hear why; it comes back, and all is well', async () => {
    const stage = await stages.open(start);
    const tokens = await signIn(stage, 'alice');
    await stage.provider.stop();
    const browser = new Browser();
    const asked = askAsLab(stage);
    // Its description is known, so that the browser is sent; the way back finds nobody to ask.
    const renewed = await stage.call(getTokens, { body: { grantType: 'refreshToken', refreshToken: tokens.refreshToken } });
    await stage.as(renewed.accessToken)(submitJobs, { body: { description: { executable: 'x' } } });
    await stage.grid.restart();
    const page = await browser.press(await browser.go(asked.url), { provider: 'egi' });
    expect(page.status).toBe(503);
    expect(page.text).toContain('EGI Check-in does not answer at the moment');
    expect(await stage.as(renewed.accessToken)(whoAmI, {})).toMatchObject({ owner: 'alice' });
    await stage.provider.start();
    expect((await signIn(stage, 'alice')).owner).toBe('alice');
  });
}, ['sqlite']); // prettier-ignore
