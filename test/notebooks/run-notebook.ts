import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './server.ts';

interface Output {
  output_type: string;
  text?: string | string[];
  data?: Record<string, unknown>;
}
export interface Notebook {
  cells: { id: string; cell_type: string; source: string | string[]; execution_count?: number | null; outputs?: Output[] }[];
}

export const readNotebook = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Notebook;

/** Runs a notebook from top to bottom with our kernel, as a user's Jupyter would, and gives it back with its outputs. Fails when a cell fails. */
export async function runNotebook(path: string, dataDirectory: string, outputDirectory: string): Promise<Notebook> {
  const bin = join(root, '.venv/bin');
  const args = [
    '-m',
    'nbconvert',
    '--to',
    'notebook',
    '--execute',
    '--ExecutePreprocessor.timeout=180',
    '--output-dir',
    outputDirectory,
    '--output',
    'run.ipynb',
    path,
  ];
  const env = {
    ...process.env,
    PATH: [bin, process.env['PATH']].join(delimiter),
    DIRACLAB_DATA: dataDirectory,
    JUPYTER_CONFIG_DIR: join(outputDirectory, 'config'),
    JUPYTER_RUNTIME_DIR: join(outputDirectory, 'runtime'),
    JUPYTER_PREFER_ENV_PATH: '1',
  };
  await promisify(execFile)(join(bin, 'python'), args, { env, maxBuffer: 64 * 1024 * 1024 });
  return readNotebook(join(outputDirectory, 'run.ipynb'));
}

/** What a cell printed, standard output and error together. */
export function textOf(notebook: Notebook, cellId: string): string {
  return outputsOf(notebook, cellId)
    .map(({ text }) => (Array.isArray(text) ? text.join('') : (text ?? '')))
    .join('');
}

export function outputsOf(notebook: Notebook, cellId: string): Output[] {
  const cell = notebook.cells.find(({ id }) => id === cellId);
  if (cell === undefined) throw new Error(`The notebook has no cell ${cellId}`);
  return cell.outputs ?? [];
}
