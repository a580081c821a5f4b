import type { Browser, Locator, Page } from 'playwright-core';
import { until } from '../grid/real-server.ts';
import type { UiLab } from './lab.ts';

/** A page of Lab, and what went on in it. */
export class LabPage {
  readonly page: Page;
  /** Console and failed requests, for people. */
  readonly log: string[] = [];
  /** Every request the page made, WebSockets too. */
  readonly requests: { method: string; url: string }[] = [];
  readonly errors: string[] = [];
  readonly #lab: UiLab;

  constructor(page: Page, lab: UiLab) {
    this.page = page;
    this.#lab = lab;
    page.on('request', (request) => this.requests.push({ method: request.method(), url: request.url() }));
    page.on('websocket', (socket) => this.requests.push({ method: 'WS', url: socket.url() }));
    page.on('requestfailed', (request) =>
      this.log.push(`failed: ${request.method()} ${request.url()} ${request.failure()?.errorText ?? ''}`),
    );
    page.on('console', (message) => {
      const line = `${message.type()}: ${message.text()} (${message.location().url})`;
      this.log.push(line);
      if (message.type() === 'error') this.errors.push(line);
    });
    page.on('pageerror', (error) => {
      this.log.push(`uncaught: ${error.stack ?? error.message}`);
      this.errors.push(`uncaught: ${error.message}`);
    });
    // "Reload site?" of a page with a busy kernel: yes.
    page.on('dialog', (dialog) => void dialog.accept());
  }

  async open(): Promise<void> {
    await this.page.goto(`${this.#lab.url}lab?token=${this.#lab.token}&reset`);
    await this.ready();
    // Lab gives the focus to the launcher some time after it stands; before that it would take it away from what a story does.
    const settled = () => document.activeElement?.closest('.jp-Launcher') ?? document.querySelector('.dirac-WelcomeCard');
    await this.page.waitForFunction(settled, undefined, { timeout: 20_000 });
  }

  /** Reloads the page, once Lab has written down that the tabs with these ids are open: it takes a second for that. */
  async reload(...openTabs: string[]): Promise<void> {
    await until('the layout on disk', async () => {
      const headers = { authorization: `token ${this.#lab.token}` };
      const layout = await (await fetch(`${this.#lab.url}lab/api/workspaces/default`, { headers })).text();
      return openTabs.every((id) => layout.includes(id)) || undefined;
    });
    await this.page.reload();
    await this.ready();
  }

  /** Lab stands and our status item has its counts. */
  async ready(): Promise<void> {
    await this.page.locator('#jp-main-dock-panel').waitFor({ timeout: 60_000 });
    await this.statusItem.filter({ hasText: /R \d/ }).waitFor({ timeout: 60_000 });
  }

  get statusItem(): Locator {
    return this.page.locator('.dirac-StatusItem button');
  }

  /** The Jobs panel, opened by its tab in the side bar. */
  async openPanel(): Promise<Locator> {
    const panel = this.page.getByRole('region', { name: 'DIRAC jobs' });
    if (!(await panel.isVisible())) await this.page.locator('.jp-SideBar [data-id="diraclab-jobs"]').click();
    await panel.getByRole('searchbox').waitFor();
    return panel;
  }

  /** A command, as the palette or a script runs it. */
  async run(command: string, args: object = {}): Promise<void> {
    await this.page.evaluate(
      async ([id, given]) => {
        await (globalThis as unknown as { jupyterapp: LabApp }).jupyterapp.commands.execute(id, given);
      },
      [command, args] as const,
    );
  }

  useTheme(theme: 'JupyterLab Light' | 'JupyterLab Dark'): Promise<void> {
    return this.run('apputils:change-theme', { theme });
  }

  /** Requests to addresses with this part, since the mark. */
  requestsTo(part: string, since = 0): string[] {
    return this.requests.slice(since).flatMap(({ method, url }) => (url.includes(part) ? [`${method} ${url}`] : []));
  }

  /** Nothing from outside Lab's origin, and no error of ours in the console. */
  expectCleanLog(): void {
    const { origin } = new URL(this.#lab.url);
    const foreign = this.requests.filter(({ url }) => !isOwn(url, origin)).map(({ method, url }) => `${method} ${url}`);
    if (foreign.length > 0) throw new Error(`The page asked places outside Lab: ${foreign.slice(0, 5).join(', ')}`);
    const ours = this.errors.filter((line) => /dirac|uncaught/i.test(line) && !this.#expected.some((pattern) => pattern.test(line)));
    if (ours.length > 0) throw new Error(`Errors in the console of the page:\n${ours.join('\n')}`);
  }

  #expected: RegExp[] = [];
  /** A story that cuts the connection will see the browser complain about it. */
  expectErrors(...patterns: RegExp[]): void {
    this.#expected = patterns;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

/** What we use of Lab's application in the page. */
interface LabApp {
  commands: { execute(id: string, args?: object): Promise<unknown> };
}

/** Waits until the badge of a card, a row or a page says this state. */
export function inState(place: Locator, state: string): Promise<void> {
  const badge = place.locator('.dirac-StatusBadge').first();
  return badge.and(place.page().getByText(state)).waitFor();
}

function isOwn(url: string, origin: string): boolean {
  if (/^(data|blob):/.test(url)) return true;
  return new URL(url).origin.replace(/^ws/, 'http') === origin;
}

/** A page in a browser profile of its own, with nothing in it yet. */
export async function newLabPage(browser: Browser, lab: UiLab): Promise<LabPage> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  return new LabPage(await context.newPage(), lab);
}
