import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { ServerConnection, type Contents, type ServiceManager } from '@jupyterlab/services';

export const firstExample = '01-first-job.ipynb';
/** With the table that the second one reads. */
const files = [firstExample, '02-real-data.ipynb', 'seattle-weather.csv'];
/** Where copies go, seen from the root of the file browser. */
export const examplesFolder = 'diraclab-examples';

type Services = Pick<ServiceManager.IManager, 'contents' | 'serverSettings'>;

/**
 * The path of an example: in this Lab's folder if it was started among them; else in a folder of copies, which is made from what the extension
 * brought with it. What is there already stays as its owner left it.
 */
export async function findExample({ contents, serverSettings }: Services, name: string): Promise<string> {
  const top = await namesIn(contents, '');
  if (top.has(name)) return name;
  if (top.has('notebooks') && (await namesIn(contents, 'notebooks')).has(name)) return `notebooks/${name}`;
  if (!top.has(examplesFolder)) await contents.save(examplesFolder, { type: 'directory' });
  const there = await namesIn(contents, examplesFolder);
  for (const file of files) {
    if (!there.has(file)) await contents.save(`${examplesFolder}/${file}`, await readBundled(file, serverSettings));
  }
  return `${examplesFolder}/${name}`;
}

/** By listing, because Lab reports every question about a file that is not there as an error in the console. */
async function namesIn(contents: Contents.IManager, folder: string): Promise<Set<string>> {
  const { type, content } = await contents.get(folder);
  return new Set(type === 'directory' ? (content as Contents.IModel[]).map(({ name }) => name) : []);
}

async function readBundled(file: string, settings: ServerConnection.ISettings): Promise<Partial<Contents.IModel>> {
  // An absolute path, with Lab's base path in it.
  const folder = new URL(PageConfig.getOption('fullLabextensionsUrl'), settings.baseUrl).href;
  const answer = await ServerConnection.makeRequest(URLExt.join(folder, 'diraclab-extension/examples', file), {}, settings);
  if (!answer.ok) throw new Error(`JupyterLab did not give ${file} (HTTP ${answer.status}).`);
  if (file.endsWith('.ipynb')) return { type: 'notebook', format: 'json', content: await answer.json() };
  return { type: 'file', format: 'text', content: await answer.text() };
}
