import type { Operator, SearchField } from './job-search';
import { jobStatuses } from './jobs';

/** What values a key has, and so how they are written and compared. */
export type JobKeyType = 'text' | 'status' | 'number' | 'time' | 'age';

/** One thing that jobs may be asked for. The only list of them: database, clients, completion and help all read it. */
export interface JobKey {
  key: SearchField | 'age' | `param.${string}`;
  /** How people write it; the first is the one that is shown. Read without regard to case. */
  names: readonly [string, ...string[]];
  type: JobKeyType;
  unit?: string;
  description: string;
}

const texts = ['in', 'notIn', 'like', 'notLike', 'eq', 'neq', 'lt', 'lte', 'gt', 'gte'] as const;
const numbers = ['in', 'notIn', 'eq', 'neq', 'lt', 'lte', 'gt', 'gte'] as const;
const instants = ['gte', 'lt', 'gt', 'lte', 'eq', 'neq', 'in', 'notIn'] as const;
/** What a key of this type may be compared with. */
export const operatorsOfType: Readonly<Record<JobKeyType, readonly Operator[]>> = {
  text: texts,
  status: ['in', 'notIn', 'like', 'notLike', 'eq', 'neq', 'lt', 'lte', 'gt', 'gte'],
  number: numbers,
  time: instants,
  age: ['lt', 'lte', 'gt', 'gte'],
};

export const jobKeys: readonly JobKey[] = [
  { key: 'status', names: ['state', 'status'], type: 'status', description: `The state of the job: ${jobStatuses.join(', ')}` },
  { key: 'jobName', names: ['name', 'jobName'], type: 'text', description: 'The name of the job' },
  { key: 'jobGroup', names: ['group', 'jobGroup'], type: 'text', description: 'The group it belongs to' },
  { key: 'site', names: ['site'], type: 'text', description: 'Where it runs or ran; ANY before it is matched' },
  { key: 'minorStatus', names: ['minor', 'minorStatus', 'reason'], type: 'text', description: 'What its state means, in a sentence' },
  { key: 'applicationStatus', names: ['application', 'applicationStatus'], type: 'text', description: 'What the payload says of itself' },
  {
    key: 'age',
    names: ['age'],
    type: 'age',
    unit: 's, m, h, d or w',
    description: 'Time since its submission, by the clock of the server',
  },
  { key: 'submissionTime', names: ['submitted', 'submissionTime'], type: 'time', unit: 'UTC', description: 'When it was submitted' },
  { key: 'startExecTime', names: ['started', 'startExecTime'], type: 'time', unit: 'UTC', description: 'When its payload began' },
  { key: 'endExecTime', names: ['ended', 'endExecTime'], type: 'time', unit: 'UTC', description: 'When it ended' },
  { key: 'lastUpdateTime', names: ['updated', 'lastUpdateTime'], type: 'time', unit: 'UTC', description: 'When it changed last' },
  { key: 'jobId', names: ['id', 'jobId'], type: 'number', description: 'Its number' },
  { key: 'jobType', names: ['type', 'jobType'], type: 'text', description: 'DIRAC’s JobType' },
  { key: 'priority', names: ['priority', 'userPriority'], type: 'number', description: 'From 0 to 10, among jobs of one owner' },
  { key: 'endReason', names: ['end', 'endReason'], type: 'text', description: 'How it ended, for programs: exit, lostPilot, overMemory …' },
  { key: 'exitCode', names: ['exit', 'exitCode'], type: 'number', description: 'What its payload ended with' },
  { key: 'rescheduleCounter', names: ['reschedules', 'rescheduleCounter'], type: 'number', description: 'How often it was put back' },
  { key: 'owner', names: ['owner'], type: 'text', description: 'Whose job it is' },
  { key: 'ownerGroup', names: ['ownerGroup'], type: 'text', description: 'The group in which it was submitted' },
  { key: 'vo', names: ['vo'], type: 'text', description: 'The community it belongs to' },
  { key: 'endUser', names: ['endUser'], type: 'text', description: 'The end user for whom a robot submitted it' },
];

const byName = new Map(jobKeys.flatMap((key) => key.names.map((name) => [name.toLowerCase(), key] as const)));
/** Names of a sweep's parameters, as the contract has them. */
const parameter = /^param\.([A-Za-z_][A-Za-z0-9_]{0,99})$/i;

/** The key of any of its names; `param.seed` is a parameter of swept jobs, whose name keeps its case. */
export function jobKeyNamed(name: string): JobKey | undefined {
  const [, parameterName] = parameter.exec(name) ?? [];
  if (parameterName === undefined) return byName.get(name.toLowerCase());
  return parameterKey(parameterName);
}

export function parameterKey(name: string): JobKey {
  return { key: `param.${name}`, names: [`param.${name}`], type: 'text', description: `The parameter ${name} of swept jobs` };
}

/** Names for completion and for "did you mean", the shown one of each key first. */
export const jobKeyNames: readonly string[] = [...jobKeys.map(({ names }) => names[0]), ...jobKeys.flatMap(({ names }) => names.slice(1))];
