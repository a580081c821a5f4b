import { searchJobs } from '@diraclab/contract';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { startUiLab, type UiLab } from './lab.ts';
import { newLabPage, type LabPage } from './lab-page.ts';
import { openNotebook, runCell, writeNotebook } from './notebook.ts';
import { startUiService, type UiService } from '../sign-in/service.ts';
import { chromiumPath, launchBrowser } from './stage.ts';

jest.setTimeout(180_000);
const chromium = chromiumPath();

/** Two people with a Lab each, one as JupyterHub would place it, and one service; what each of them sees, and what nobody may see. */
(chromium === undefined ? describe.skip : describe)('two Labs in front of one service', () => {
  let service: UiService;
  let browser: Browser;
  const labs: Partial<Record<'alice' | 'bob', UiLab>> = {};
  const pages: LabPage[] = [];
  /** Every answer that a page got of Lab, and every address it went to. */
  const wire: string[] = [];

  beforeAll(async () => {
    service = await startUiService();
    browser = await launchBrowser(chromium ?? '');
    labs.alice = await startUiLab(false, { service: service.url, baseUrl: '/user/alice/' });
    labs.bob = await startUiLab(false, { service: service.url });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    for (const lab of Object.values(labs)) await lab.end();
    await service?.end();
  }, 60_000);
  afterEach(async () => {
    for (const lp of pages.splice(0)) await lp.close();
  });

  async function visit(name: 'alice' | 'bob'): Promise<LabPage> {
    const lab = labs[name];
    if (lab === undefined) throw new Error(`${name} has no Lab`);
    const lp = await newLabPage(browser, lab);
    pages.push(lp);
    const { origin } = new URL(lab.url);
    lp.page.context().on('request', (request) => wire.push(request.url()));
    lp.page.on('response', (answer) => {
      if (!answer.url().startsWith(origin) || !/\/dirac\//.test(answer.url())) return;
      void answer.text().then((text) => wire.push(JSON.stringify(answer.headers()), text), () => undefined); // prettier-ignore
    });
    lp.page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => wire.push(String(payload)));
    });
    await lp.page.goto(`${lab.url}lab?token=${lab.token}&reset`);
    await lp.page.locator('#jp-main-dock-panel').waitFor({ timeout: 60_000 });
    return lp;
  }

  /** At the service and the institute, in the window that Lab opened; the institute asks only a browser that it does not know. */
  async function passInstitute(popup: Page, name: string, isKnown: boolean): Promise<void> {
    const closed = popup.waitForEvent('close');
    await popup.getByRole('button', { name: /EGI Check-in/ }).click();
    if (!isKnown) {
      await popup.locator('[name=login]').fill(name);
      await popup.locator('[name=password]').fill(name);
      await popup.getByRole('button', { name: 'Sign in' }).click();
    }
    await closed;
  }

  async function signIn(lp: LabPage, name: string, button: Locator, isKnown = false): Promise<void> {
    const opening = lp.page.waitForEvent('popup');
    await button.click();
    await passInstitute(await opening, name, isKnown);
    await lp.statusItem.filter({ hasText: name === 'bob' ? 'vo.other.org/other_user' : 'vo.example.org/example_user' }).waitFor();
  }
  const tokensOf = (lab: UiLab): string[] => {
    const [name = ''] = readdirSync(lab.dataDirectory).filter((one) => /^session-.*\.json$/.test(one));
    const { accessToken, refreshToken } = JSON.parse(readFileSync(join(lab.dataDirectory, name), 'utf8')) as Record<string, string>;
    return [accessToken ?? '', refreshToken ?? ''];
  };
  const secrets: string[] = [];

  it('alice signs in below a base path, the panel fills without a reload, and a cell submits as her', async () => {
    const lp = await visit('alice');
    await lp.statusItem.filter({ hasText: /^Sign in$/ }).waitFor();
    const panel = await lp.openPanel();
    await panel.getByText(/Sign in to see and submit jobs/).waitFor();
    await signIn(lp, 'alice', panel.getByRole('button', { name: 'Sign in' }));
    await panel.getByText('Nothing has been submitted yet.').waitFor();
    expect(await panel.locator('.dirac-Who').textContent()).toContain('alice');

    const lab = labs.alice as UiLab;
    secrets.push(...tokensOf(lab));
    writeNotebook(lab, 'signed-in.ipynb', [
      `import { dirac } from 'diraclab';\nconst job = await dirac.submit({ run: 'echo hello', name: 'of alice' });`,
    ]);
    const notebook = await openNotebook(lp.page, 'signed-in.ipynb');
    await runCell(notebook, 0);
    await notebook.getByRole('region', { name: /^DIRAC job \d+$/ }).waitFor();
    await lp.page.keyboard.press('Control+s');
    await lp.openPanel();
    await panel.getByText('of alice').waitFor();

    await panel.getByRole('button', { name: /group example_user: change/ }).click();
    const dialog = lp.page.getByRole('dialog');
    await dialog.locator('select').selectOption({ label: 'vo.other.org/other_user (NormalUser)' });
    await dialog.getByRole('button', { name: 'Change' }).click();
    await lp.statusItem.filter({ hasText: /vo\.other\.org\/other_user/ }).waitFor();
    await panel.getByText('Nothing has been submitted yet.').waitFor();
    expect(await panel.getByText('of alice').count()).toBe(0);
    secrets.push(...tokensOf(lab));
    await lp.run('dirac:switch-group', { vo: 'vo.example.org', ownerGroup: 'example_user' });
    await panel.getByText('of alice').waitFor();
    secrets.push(...tokensOf(lab));
    expect(JSON.stringify(await storageOf(lp.page))).not.toMatch(/eyJ/);
    await expectNoSecrets(lp.page, lab);
  });

  it('bob sees nothing of alice’s; what he does while signed out is done once he is back', async () => {
    const lp = await visit('bob');
    await signIn(lp, 'bob', lp.statusItem.filter({ hasText: /^Sign in$/ }));
    const panel = await lp.openPanel();
    await panel.getByText('Nothing has been submitted yet.').waitFor();
    expect((await (labs.bob as UiLab).call(searchJobs, { body: {} })).total).toBe(0);
    secrets.push(...tokensOf(labs.bob as UiLab));

    await lp.run('dirac:logout');
    await lp.statusItem.filter({ hasText: /^Sign in$/ }).waitFor();
    await panel.getByText(/Sign in to see and submit jobs/).waitFor();
    expect(readdirSync((labs.bob as UiLab).dataDirectory).filter((name) => /^session-.*\.json$/.test(name))).toEqual([]);
    // Asked for while signed out: it waits.
    const submitted = lp.run('dirac:submit', { description: { jobName: 'of bob', executable: '/bin/true' } });
    const notice = lp.page.locator('.Toastify__toast').filter({ hasText: 'what you asked for is done' });
    await signIn(lp, 'bob', notice.getByRole('button', { name: 'Sign in' }), true);
    await submitted;
    await panel.getByText('of bob').waitFor();
    secrets.push(...tokensOf(labs.bob as UiLab));
    await expectNoSecrets(lp.page, labs.bob as UiLab);
  });

  it('a sign-in that the service has ended is told once, with the way back, and the same page goes on', async () => {
    const lp = await visit('alice');
    const panel = await lp.openPanel();
    await panel.getByText('of alice').waitFor();
    const [, refreshToken = ''] = tokensOf(labs.alice as UiLab);
    // As an operator, or another of her devices, would.
    await fetch(`${service.url}/api/identity/sign-out`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshToken }),
    });
    const toast = lp.page.locator('.Toastify__toast').filter({ hasText: 'DIRAC: This sign-in has ended' });
    await toast.waitFor({ timeout: 90_000 });
    expect(await toast.count()).toBe(1);
    await signIn(lp, 'alice', toast.getByRole('button', { name: 'Sign in again' }));
    await panel.getByText('of alice').waitFor();
    await toast.waitFor({ state: 'detached' });
  });

  /** Nothing of what proves who one is, in what the page keeps, saw or wrote, nor in the logs. */
  async function expectNoSecrets(page: Page, lab: UiLab): Promise<void> {
    const written = filesBelow(lab.rootDirectory).map((path) => readFileSync(path, 'utf8'));
    const kept = JSON.stringify([
      await storageOf(page),
      (await page.context().cookies()).filter(({ domain, path }) => !isOfService(domain, path)),
    ]);
    const logs = [readFileSync(join(lab.dataDirectory, 'lab.log'), 'utf8'), service.log()];
    expect(secrets.filter((secret) => secret.length > 20).length).toBe(secrets.length);
    for (const [place, text] of Object.entries({ wire: wire.join('\n'), kept, written: written.join('\n'), logs: logs.join('\n') })) {
      expect([place, secrets.filter((secret) => text.includes(secret))]).toEqual([place, []]);
    }
  }
});

/** The service's own pages have a cookie of their own; cookies know no ports. */
const isOfService = (_domain: string, path: string): boolean => path.startsWith('/api/identity');

const storageOf = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const databases = await indexedDB.databases();
    return { local: { ...localStorage }, session: { ...sessionStorage }, databases, url: location.href, history: history.state as unknown };
  });

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
