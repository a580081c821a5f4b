import '../testing/browser';
import { PageConfig } from '@jupyterlab/coreutils';
import type { Contents, ServerConnection } from '@jupyterlab/services';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { examplesFolder, findExample } from './examples';

/** A user's folder, and what Lab serves with the extension; neither needs a real Lab to be as they are. */
function aLab(there: string[]) {
  const saved: Record<string, unknown> = {};
  const asked: string[] = [];
  const contents = {
    get: async (folder: string) => {
      const inside = [...there, ...Object.keys(saved)].filter((path) => folder === '' || path.startsWith(`${folder}/`));
      const names = inside.map((path) => path.slice(folder === '' ? 0 : folder.length + 1).split('/', 1)[0]);
      return { type: 'directory', content: [...new Set(names)].map((name) => ({ name })) };
    },
    save: async (path: string, model: Partial<Contents.IModel>) => {
      saved[path] = model.content ?? model.type;
    },
  } as unknown as Contents.IManager;
  class Asking {
    readonly headers = new Map([['Content-Type', 'text/plain']]);
    readonly url: string;
    constructor(url: string) {
      this.url = url;
    }
  }
  // jsdom has no fetch.
  const serverSettings = {
    baseUrl: 'http://localhost/user/alice/',
    init: {},
    Request: Asking,
    fetch: async ({ url }: Asking) => {
      asked.push(url);
      return { ok: true, json: async () => ({ cells: [] }), text: async () => 'date,rain' };
    },
  } as unknown as ServerConnection.ISettings;
  return { services: { contents, serverSettings }, saved, asked };
}

describe('an example notebook', () => {
  beforeEach(() => PageConfig.setOption('fullLabextensionsUrl', '/user/alice/lab/extensions'));

  it('is opened where Lab was started among the examples', async () => {
    const { services, saved } = aLab(['notebooks/02-real-data.ipynb']);
    expect(await findExample(services, '02-real-data.ipynb')).toBe('notebooks/02-real-data.ipynb');
    expect(saved).toEqual({});
  });

  it('is copied, all of them, where it is not; from below Lab’s own address', async () => {
    const { services, saved, asked } = aLab([]);
    expect(await findExample(services, '01-first-job.ipynb')).toBe(`${examplesFolder}/01-first-job.ipynb`);
    const all = readdirSync(join(__dirname, '../../../notebooks')).filter((name) => /\.(ipynb|csv)$/.test(name));
    expect(Object.keys(saved).sort()).toEqual([examplesFolder, ...all.map((name) => `${examplesFolder}/${name}`)]);
    for (const url of asked) expect(url).toMatch(/^http:\/\/localhost\/user\/alice\/lab\/extensions\/diraclab-extension\/examples\//);
  });

  it('is left as its owner changed it', async () => {
    const { services, saved } = aLab([examplesFolder, `${examplesFolder}/01-first-job.ipynb`]);
    await findExample(services, '02-real-data.ipynb');
    expect(Object.keys(saved)).toEqual([`${examplesFolder}/02-real-data.ipynb`, `${examplesFolder}/seattle-weather.csv`]);
  });

  it('is not taken for absent when Lab cannot be asked', async () => {
    const { services, saved } = aLab([]);
    services.contents.get = () => Promise.reject(new Error('Lab is away'));
    await expect(findExample(services, '01-first-job.ipynb')).rejects.toThrow('Lab is away');
    expect(saved).toEqual({});
  });
});
