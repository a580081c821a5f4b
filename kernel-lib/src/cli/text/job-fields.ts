import type { Job, Why } from '@diraclab/contract';
import { usageError } from '../exit-codes';
import { didYouMean } from '../options/did-you-mean';
import { diracTime } from './time';

/** A job as dstat has it: with the answer to why when that was asked for. */
export type Row = Job & { why?: Why | undefined };

export interface JobField {
  /** DIRAC's name, the heading. */
  name: string;
  /** The API's. */
  api: keyof Row & string;
  align?: 'right';
  value: (row: Row) => string | number | null;
}

type OfKind<Kind> = { [K in keyof Job]: Job[K] extends Kind ? K : never }[keyof Job] & string;

const text = (name: string, api: OfKind<string | null>): JobField => ({ name, api, value: (job) => job[api] });
const number = (name: string, api: OfKind<number | null>): JobField => ({ name, api, align: 'right', value: (job) => rounded(job[api]) });

const time = (name: string, api: OfKind<string | null>): JobField => ({
  name,
  api,
  value: (job) => (job[api] === null ? null : diracTime(job[api])),
});

/** Times come with the nanoseconds of a clock; `--json` keeps them, a column needs hundredths. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}

export const jobIdField = number('JobID', 'jobId');

const defaults = [
  text('Owner', 'owner'),
  text('JobName', 'jobName'),
  text('OwnerGroup', 'ownerGroup'),
  text('JobGroup', 'jobGroup'),
  text('Site', 'site'),
  text('Status', 'status'),
  text('MinorStatus', 'minorStatus'),
  time('SubmissionTime', 'submissionTime'),
] as const;

export const whyField: JobField = {
  name: 'Why',
  api: 'why',
  value: ({ why }) => (why === undefined ? null : [why.headline, why.next ?? ''].filter((part) => part !== '').join(' ')),
};

const more = [
  text('JobType', 'jobType'),
  text('ApplicationStatus', 'applicationStatus'),
  time('StartExecTime', 'startExecTime'),
  time('EndExecTime', 'endExecTime'),
  time('LastUpdateTime', 'lastUpdateTime'),
  time('HeartBeatTime', 'heartBeatTime'),
  number('CPUTime', 'cpuTimeS'),
  number('CPUTimeUsed', 'cpuTimeUsedS'),
  number('WallTimeUsed', 'wallTimeUsedS'),
  number('MaxRSS', 'maxRssMB'),
  number('ExitCode', 'exitCode'),
  text('EndReason', 'endReason'),
  number('UserPriority', 'priority'),
  number('RescheduleCounter', 'rescheduleCounter'),
  number('Attempt', 'attempt'),
  text('VO', 'vo'),
  whyField,
];

export const defaultFields: readonly JobField[] = [jobIdField, ...defaults];
/** With `--why`: what is needed to read the sentence. */
export const whyFields: readonly JobField[] = [jobIdField, text('JobName', 'jobName'), text('Status', 'status'), whyField];

const all: readonly JobField[] = [jobIdField, ...defaults, ...more];

/** `Status,EndExecTime` after JobID, which always comes first; DIRAC's names and the API's are both known. */
export function chooseFields(list: string): readonly JobField[] {
  const chosen = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map(fieldNamed);
  return [jobIdField, ...new Set(chosen.filter((field) => field !== jobIdField))];
}

function fieldNamed(word: string): JobField {
  const wanted = word.toLowerCase();
  const field = all.find(({ name, api }) => name.toLowerCase() === wanted || api.toLowerCase() === wanted);
  if (field !== undefined) return field;
  const names = all.map(({ name }) => name);
  const meant = didYouMean(word, names);
  throw usageError(`There is no field "${word}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`, `Fields: ${names.join(', ')}.`);
}
