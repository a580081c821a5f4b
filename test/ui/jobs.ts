import { submitJobs, type JobDescription, type Parameters } from '@diraclab/contract';
import { untilFinal } from '../grid/real-server.ts';
import type { UiLab } from './lab.ts';

export const shell = (script: string, more: Partial<JobDescription> = {}): JobDescription => ({
  executable: '/bin/sh',
  arguments: ['-c', script],
  ...more,
});

/** No pilot is there, so the jobs wait; submitting says so, unless it is forced. */
export const nowhere = { sites: ['DIRAC.Nowhere.org'] };

export async function submit(lab: UiLab, description: JobDescription, parameters?: Parameters[]): Promise<number[]> {
  const { jobIds } = await lab.call(submitJobs, {
    body: { description, force: true, ...(parameters === undefined ? {} : { parameters }) },
  });
  return jobIds;
}

/** Submits one job and waits for its end. */
export async function runToEnd(lab: UiLab, description: JobDescription): Promise<number> {
  const [jobId = 0] = await submit(lab, description);
  await untilFinal(lab, jobId);
  return jobId;
}
