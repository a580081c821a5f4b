import type { Condition, JobDescription, JobQuery, Parameters, Selection } from '@diraclab/contract';

/** Every command of ours by name. `openTable`, `openJob` and `newJob` belong to the job table, the job page and the launchpad. */
export const commandIds = {
  openJobs: 'dirac:open-jobs',
  openTable: 'dirac:open-table',
  openJob: 'dirac:open-job',
  newJob: 'dirac:new-job',
  submit: 'dirac:submit',
  kill: 'dirac:kill',
  reschedule: 'dirac:reschedule',
  hold: 'dirac:hold',
  release: 'dirac:release',
  restore: 'dirac:restore',
  newTerminal: 'dirac:new-terminal',
  openExample: 'dirac:open-example',
  openWelcome: 'dirac:open-welcome',
  login: 'dirac:login',
  logout: 'dirac:logout',
  switchGroup: 'dirac:switch-group',
  // Of the context menu, for the row under the pointer.
  rowOpen: 'dirac:row-open',
  rowCopyId: 'dirac:row-copy-id',
  rowKill: 'dirac:row-kill',
  rowReschedule: 'dirac:row-reschedule',
  rowHold: 'dirac:row-hold',
  rowRelease: 'dirac:row-release',
  rowRestore: 'dirac:row-restore',
} as const;

/** What each command takes; commands get JSON, so this is a promise of ours and each command checks what it needs. */
export interface CommandArguments {
  openTable: { query?: JobQuery; title?: string };
  openJob: { jobId: number };
  newJob: { description?: JobDescription; parameters?: Parameters[] };
  submit: { description: JobDescription };
  kill: { selection: Selection };
  reschedule: { selection: Selection };
  hold: { selection: Selection };
  release: { selection: Selection };
  restore: { selection: Selection };
  openExample: { path: string };
  /** Without a group it asks which. */
  switchGroup: { vo?: string; ownerGroup?: string };
}

/** Category of the palette and of the launcher. */
export const category = 'DIRAC';

export const whereStatus = (...statuses: string[]): Condition => ({ field: 'status', operator: 'in', values: statuses });
export const whereGroup = (jobGroup: string): Condition => ({ field: 'jobGroup', operator: 'eq', values: [jobGroup] });

/** The job that a newcomer runs first. */
export const helloJob: JobDescription = {
  jobName: 'hello',
  executable: '/bin/sh',
  arguments: ['-c', 'echo "Hello from $(hostname)"'],
};
