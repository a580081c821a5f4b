import { searchJobs } from '@diraclab/contract';
import { inState } from './lab-page.ts';
import { useStage } from './stage.ts';

const story = useStage();

describe('the empty panel', () => {
  story('offers a hello job, which runs', async ({ lp }) => {
    const panel = await lp.openPanel();
    await panel.getByText('Nothing has been submitted yet.').waitFor();
    await panel.getByRole('button', { name: 'Run a hello job' }).click();
    await inState(panel.getByRole('row', { name: /^hello, job \d+, / }), 'Done');
    await panel.getByText('Nothing has been submitted yet.').waitFor({ state: 'detached' });
    await panel.getByRole('button', { name: 'Done 1' }).waitFor();
  });
});

describe('the launchpad', () => {
  story('says what is wrong beside the field, submits once, and leads to the job', async ({ lab, lp }) => {
    const { page } = lp;
    await page.locator('.jp-LauncherCard').filter({ hasText: 'New Job' }).click();
    const form = page.getByRole('form', { name: 'New job' });
    await form.getByLabel('Name', { exact: true }).fill('by form');
    await form.getByLabel('CPU time').fill('a while');
    await form.getByRole('button', { name: 'Submit' }).click();
    await form.getByText(/fields? needs? another look/).waitFor();
    expect(await form.getByLabel('CPU time').getAttribute('aria-invalid')).toBe('true');

    await form.getByLabel('CPU time').fill('10m');
    await form.getByRole('textbox', { name: 'Command' }).fill('echo "Hello from the form"');
    // An impatient double click is one job.
    await form.getByRole('button', { name: 'Submit' }).dblclick();
    const submitted = form.getByRole('status').getByRole('button', { name: /^\d+$/ });
    await submitted.waitFor();
    const { total } = await lab.call(searchJobs, { body: { where: [{ field: 'jobName', operator: 'eq', values: ['by form'] }] } });
    expect(total).toBe(1);

    const jobId = Number(await submitted.textContent());
    await submitted.click();
    const jobPage = page.getByRole('article', { name: `Job ${jobId}` });
    await inState(jobPage, 'Done');
    await jobPage.getByRole('tab', { name: 'Output' }).click();
    await jobPage.getByText('Hello from the form', { exact: true }).waitFor();
  });

  story('makes a job of every value of a sweep', async ({ lab, lp }) => {
    await lp.run('dirac:new-job', {
      description: { jobName: 'square {n}', jobGroup: 'squares', executable: '/bin/expr', arguments: ['{n}', '*', '{n}'] },
    });
    const form = lp.page.getByRole('form', { name: 'New job' });
    await form.getByLabel('Sweep').fill('n = 1..3');
    await form.getByRole('button', { name: 'Submit 3 jobs' }).click();
    await form.getByRole('button', { name: 'open as table' }).click();
    const table = lp.page.locator('.dirac-JobTable');
    for (const name of ['square 1', 'square 2', 'square 3']) {
      await inState(table.getByRole('row').filter({ hasText: name }), 'Done');
    }
    const { total } = await lab.call(searchJobs, { body: { where: [{ field: 'jobGroup', operator: 'eq', values: ['squares'] }] } });
    expect(total).toBe(3);
  });
});
