import type { JobDescription, Parameters } from '@diraclab/contract';
import { canonical, requirementsOf } from '../../../server/src/task-queues/requirements.ts';
import type { RawSubmission } from '../raw/port.ts';

/** An ordinary sweep: one program, two parameters a job. */
export const sweep: JobDescription = {
  jobName: 'fit',
  executable: '/bin/echo',
  arguments: ['--seed', '{seed}', '--label', '{label}', '--events', '1000'],
  cpuTimeS: 86_400,
  outputSandbox: ['fit.json'],
};

export const parametersFor = (n: number): Parameters[] =>
  Array.from({ length: n }, (_, seed) => ({ seed, label: `run-${String(seed).padStart(6, '0')}` }));

/** The rows that the server makes of it. */
export function rawOf(description: JobDescription, parameters: readonly Parameters[], jobGroup: string): RawSubmission {
  return {
    requirements: canonical(requirementsOf(description)),
    descriptionBody: JSON.stringify(description),
    jobName: description.jobName ?? 'echo',
    jobGroup,
    cpuTimeS: description.cpuTimeS ?? 86_400,
    parameters,
  };
}
