import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../grid/real-server.ts';
import { nowhere, shell, submit } from './jobs.ts';
import { inState } from './lab-page.ts';
import { useStage } from './stage.ts';

const story = useStage();

describe('the page of a job', () => {
  story('follows it from its start to its files, and comes back after a reload', async ({ lab, lp }) => {
    const { page } = lp;
    const gate = join(lab.dataDirectory, 'go');
    const script = `echo begun; echo careful >&2; until [ -e ${gate} ]; do sleep 0.2; done; echo '{"answer": 42}' > answer.json; echo finished`;
    const [jobId = 0] = await submit(lab, shell(script, { jobName: 'answer', outputSandbox: ['answer.json'] }));
    await lp.run('dirac:open-job', { jobId });
    const jobPage = page.getByRole('article', { name: `Job ${jobId}` });
    const tab = (name: string) => jobPage.getByRole('tab', { name, exact: true }).click();
    await inState(jobPage, 'Running');
    await jobPage.getByText(/^Running for .* at DIRAC\.Laptop\.local/).waitFor();
    await tab('Output');
    await jobPage.getByText('begun').waitFor();
    await jobPage.getByRole('button', { name: 'Standard error' }).click();
    await jobPage.getByText('careful').waitFor();
    await jobPage.getByRole('button', { name: 'Standard output' }).click();

    await lp.reload(`dirac-job-${jobId}`);
    await inState(jobPage, 'Running');
    const mark = lp.requests.length;
    writeFileSync(gate, '');
    await inState(jobPage, 'Done');
    await tab('Output');
    await jobPage.getByText('finished').waitFor();
    const phases = jobPage.getByRole('list', { name: 'Phases' }).getByRole('listitem');
    await until('the phases', async () => /Done/.test((await phases.last().textContent()) ?? '') || undefined);
    expect((await phases.allTextContents()).join(' ')).toMatch(/Waiting.*Matched.*Running.*Done/);

    await tab('Log');
    const log = jobPage.getByRole('tabpanel', { name: 'Log' }).getByRole('row');
    expect((await log.allTextContents()).join('\n')).toMatch(/Waiting[^]*Matched[^]*Running[^]*Done/);
    await tab('Files');
    await jobPage.getByRole('button', { name: 'Preview answer.json' }).click();
    await jobPage.getByText('{"answer": 42}').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      jobPage.getByRole('link', { name: 'Download answer.json' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('answer.json');
    // It was told, and did not ask again and again: details, log, why and one file, each some times at the most.
    expect(lp.requestsTo('/dirac/api/jobs', mark).length).toBeLessThan(25);
  });

  story('says why a job waits, and kills it when asked twice', async ({ lab, lp }) => {
    const { page } = lp;
    const [jobId = 0] = await submit(lab, shell('true', { ...nowhere, jobName: 'nowhere' }));
    await lp.run('dirac:open-job', { jobId });
    const jobPage = page.getByRole('article', { name: `Job ${jobId}` });
    await inState(jobPage, 'Waiting');
    await jobPage.getByRole('tab', { name: 'Why' }).click();
    await jobPage.getByRole('tabpanel', { name: 'Why' }).getByText('DIRAC.Nowhere.org').first().waitFor();
    await jobPage.getByRole('button', { name: 'Kill…' }).click();
    await page.keyboard.press('Escape');
    await jobPage.getByRole('button', { name: 'Kill…' }).click();
    await page.keyboard.press('Enter');
    await inState(jobPage, 'Killed');
  });
});
