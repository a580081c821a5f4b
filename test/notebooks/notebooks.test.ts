import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputsOf, readNotebook, runNotebook, textOf, type Notebook } from './run-notebook.ts';
import { root, startServer } from './server.ts';

jest.setTimeout(300_000);

const notebooks = join(root, 'notebooks');

describe('the notebooks', () => {
  let directory: string;
  let server: { end(): Promise<void> };
  const run = (name: string) => runNotebook(join(notebooks, name), join(directory, 'data'), join(directory, name.replace('.ipynb', '')));

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'notebooks-'));
    server = await startServer(join(directory, 'data'));
  });
  afterAll(async () => {
    await server?.end();
    await rm(directory, { recursive: true, force: true });
  });

  it('01-first-job: a hello comes back, three steps share a directory, a failure explains itself', async () => {
    const notebook = await run('01-first-job.ipynb');
    expect(cardsOf(notebook, 'hello')).toEqual([expect.objectContaining({ v: 1, kind: 'job' })]);
    expect(textOf(notebook, 'hello-output')).toContain(`Hello from ${hostname()}\n`);
    expect(textOf(notebook, 'hello-log')).toMatch(/Waiting[^]*Matched[^]*Running[^]*Done/);
    expect(textOf(notebook, 'steps')).toMatch(/OK: true/);
    const steps = textOf(notebook, 'steps-output');
    expect(steps).toMatch(/job \d+: Done after/);
    expect(steps).toContain('made 100 numbers');
    expect(steps).toContain('their sum is 5050');
    expect(steps).toMatch(/list\.log\n[^]*numbers\.txt/);
    const failure = textOf(notebook, 'failure');
    expect(failure).toMatch(/^Job \d+ failed at \S+: exit code 3\.\n {2}\| cannot find the calibration\n/m);
  });

  it('02-real-data: four jobs read four years of weather, and the notebook agrees with them', async () => {
    const notebook = await run('02-real-data.ipynb');
    expect(cardsOf(notebook, 'submit')).toHaveLength(4);
    expect(textOf(notebook, 'gather')).toContain('48 months from 4 jobs');
    expect(textOf(notebook, 'check')).toContain('all 48 months agree with the computation in this notebook');
    expect(textOf(notebook, 'map-result')).toContain('all 6 counts agree');
    const plot = outputsOf(notebook, 'plot').find(({ data }) => data?.['application/vnd.vegalite.v5+json'] !== undefined);
    expect(plot?.data?.['application/vnd.vegalite.v5+json']).toMatchObject({
      data: { values: expect.arrayContaining([expect.objectContaining({ year: '2015', month: 12 })]) },
    });
  });

  it('are all run here, and are kept without outputs', async () => {
    const names = (await readdir(notebooks)).filter((name) => name.endsWith('.ipynb')).sort();
    expect(names).toEqual(['01-first-job.ipynb', '02-real-data.ipynb']);
    for (const name of names) {
      for (const cell of (await readNotebook(join(notebooks, name))).cells) {
        if (cell.cell_type === 'code')
          expect({ name, cell: cell.id, outputs: cell.outputs, count: cell.execution_count }).toMatchObject({ outputs: [], count: null });
      }
    }
  });
});

function cardsOf(notebook: Notebook, cellId: string): unknown[] {
  return outputsOf(notebook, cellId).flatMap(({ data }) => data?.['application/vnd.dirac.card+json'] ?? []);
}
