import type { Browser, Locator, Page } from 'playwright-core';
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
    page.on('requestfailed', (request) => this.log.push(`failed: ${request.method()} ${request.url()} ${request.failure()?.errorText ?? ''}`));
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
  }

  async reload(): Promise<void> {
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
        await app().commands.execute(id, given);
        function app(): LabApp {
          return (globalThis as unknown as { jupyterapp: LabApp }).jupyterapp;
        }
      },
      [command, args] as const,
    );
  }

  useTheme(theme: 'JupyterLab Light' | 'JupyterLab Dark'): Promise<void> {
    return this.run('apputils:change-theme', { theme });
  }

  /** What stands on the screen of the terminal in front, and what scrolled out of it. */
  terminalText(): Promise<string> {
    return this.page.evaluate(() => {
      const { shell } = (globalThis as unknown as { jupyterapp: LabApp }).jupyterapp;
      const { buffer } = shell.currentWidget.content._term;
      const lines: string[] = [];
      for (let y = 0; y < buffer.active.length; y++) lines.push(buffer.active.getLine(y)?.translateToString(true) ?? '');
      return lines.join('\n').trimEnd();
    });
  }

  /** Our own requests since the mark. */
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
export interface LabApp {
  commands: { execute(id: string, args?: object): Promise<unknown> };
  shell: {
    currentWidget: {
      title: { label: string };
      content: { _term: { buffer: { active: { length: number; getLine(y: number): { translateToString(trim: boolean): string } | undefined } } } };
    };
  };
}

function isOwn(url: string, origin: string): boolean {
  if (/^(data|blob):/.test(url)) return true;
  return new URL(url).origin.replace(/^ws/, 'http') === origin;
}

export async function openLab(browser: Browser, lab: UiLab): Promise<LabPage> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const lp = new LabPage(await context.newPage(), lab);
  await lp.open();
  return lp;
}
