import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../start/lab.ts';
import { chromiumPath, launchBrowser } from '../ui/stage.ts';
import { buildWheel, createEnvironment, root, type Environment } from './environment.ts';
import { firstVisit } from './first-visit.ts';

jest.setTimeout(900_000);
const chromium = chromiumPath();
const full = process.env['DIRACLAB_TEST_FULL'] === '1';

/** Needs two minutes of installation: the Hub, and its proxy from npm, are what an administrator brings. */
(full && chromium !== undefined ? describe : describe.skip)('under JupyterHub', () => {
  let at: Environment;
  let url: string;

  beforeAll(async () => {
    at = await createEnvironment();
    await at.pip('install', `${await buildWheel()}[lab]`, 'jupyterhub>=5,<6', '-c', join(root, 'jupyter-config/requirements.txt'));
    const proxy = join(at.directory, 'proxy');
    await mkdir(proxy);
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--prefix', proxy, 'configurable-http-proxy@5.3.0']);
    const [port, hubPort, apiPort] = [await freePort(), await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}/`;
    const text = (value: unknown) => JSON.stringify(value);
    const settings = [
      `c.JupyterHub.bind_url = ${text(url)}`,
      `c.JupyterHub.hub_port = ${hubPort}`,
      `c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:${apiPort}'`,
      `c.ConfigurableHTTPProxy.command = ${text([process.execPath, join(proxy, 'node_modules/configurable-http-proxy/bin/configurable-http-proxy')])}`,
      `c.JupyterHub.db_url = ${text(`sqlite:///${join(at.directory, 'hub.sqlite')}`)}`,
      `c.JupyterHub.authenticator_class = 'dummy'`,
      `c.Authenticator.allow_all = True`,
      `c.JupyterHub.spawner_class = 'simple'`,
      `c.SimpleLocalProcessSpawner.home_dir_template = ${text(join(at.directory, 'homes/{username}'))}`,
      `c.Spawner.cmd = [${text(join(at.bin, 'jupyterhub-singleuser'))}]`,
      `c.Spawner.args = ['--allow-root']`,
      `c.Spawner.default_url = '/lab'`,
    ];
    await mkdir(join(at.directory, 'homes'));
    await writeFile(join(at.directory, 'hub.py'), settings.join('\n'));
    const hub = at.start('jupyterhub', ['-f', join(at.directory, 'hub.py')]);
    for (
      const end = Date.now() + 90_000;
      !/JupyterHub is now running/.test(hub.output());
      await new Promise((done) => setTimeout(done, 200))
    ) {
      if (Date.now() > end || hub.exitCode !== null) throw new Error(`JupyterHub did not come up:\n${hub.output()}`);
    }
  });
  afterAll(async () => at?.clear());

  it('alice and bob have jobs, examples and data of their own', async () => {
    const browser = await launchBrowser(chromium ?? '');
    try {
      const visit = async (name: string) => {
        // Two people, two browsers.
        const context = await browser.newContext();
        const errors = await firstVisit(context as never, async (page) => {
          await page.goto(new URL('hub/login?next=%2Fhub%2Fspawn', url).href);
          await page.getByLabel('Username').fill(name);
          await page.getByLabel('Password').fill('any');
          await page.getByRole('button', { name: 'Sign in' }).click();
          await page.waitForURL(new RegExp(`/user/${name}/lab`), { timeout: 90_000 });
        });
        expect(errors).toEqual([]);
        await context.close();
      };
      await visit('alice');
      await visit('bob');
    } finally {
      await browser.close();
    }
    for (const name of ['alice', 'bob']) {
      const data = await readdir(join(at.directory, 'homes', name, '.local/share/diraclab'));
      expect(data).toEqual(expect.arrayContaining(['server.json', 'token']));
      const home = { HOME: join(at.directory, 'homes', name) };
      // The card's hello and the three of the notebook: with the other's there would be eight.
      expect((await at.run('dstat', ['-a', '--ids'], { env: home })).out).toBe('1\n2\n3\n4\n');
    }
  });
});
