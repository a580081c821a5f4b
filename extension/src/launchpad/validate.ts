import type * as Contract from '@diraclab/contract';
import type { JobDescription } from '@diraclab/contract';
import type { Fields, Problems } from './form';
import type { Sweep } from './sweep';

type Words = typeof Contract;
type Issue = {
  path: PropertyKey[];
  code?: string;
  message: string;
  maximum?: unknown;
  minimum?: unknown;
  expected?: unknown;
  origin?: unknown;
};

/** Beside which field of the form a rule of the contract is explained. */
function placeOf(name: PropertyKey | undefined, kind: Fields['kind']): keyof Problems {
  switch (name) {
    case 'executable':
    case 'arguments':
      return kind === 'steps' ? 'json' : kind;
    case 'jobName':
    case 'jobGroup':
    case 'environment':
    case 'sites':
    case 'tags':
      return name;
    case 'inputSandbox':
      return 'inputs';
    case 'outputSandbox':
      return 'outputs';
    case 'cpuTimeS':
      return 'cpuTime';
    case 'wallTimeS':
      return 'wallTime';
    case 'minRamMB':
      return 'memory';
    case 'numberOfProcessors':
      return 'processors';
    default:
      return 'json';
  }
}

const missing: Record<Fields['kind'], string> = {
  command: 'Write the command to run.',
  script: 'Write the script to run.',
  program: 'Name the program to run.',
  steps: 'The description must have either “executable” or “steps”.',
};

/** The contract's own rules, in words and beside the fields. */
export function validate(
  contract: Words,
  description: JobDescription,
  kind: Fields['kind'],
  sweep: Sweep | { problem: string },
  maxJobs: number,
): Problems {
  const problems: Problems = {};
  const parsed = contract.JobDescription.safeParse(description);
  for (const issue of (parsed.error?.issues ?? []) as Issue[]) {
    const place = placeOf(issue.path[0], kind);
    const isMissing = issue.path[0] === 'executable' && description.executable === undefined;
    problems[place] ??= isMissing ? missing[kind] : sentence(issue, place);
  }
  const names = (description.inputSandbox ?? []).map(({ path }) => path);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) problems.inputs ??= `Two inputs are called ${twice}.`;
  if ('problem' in sweep) problems.sweep = sweep.problem;
  else if (sweep.count > maxJobs)
    problems.sweep = `This makes ${sweep.count.toLocaleString()} jobs; the server takes at most ${maxJobs.toLocaleString()} at once.`;
  return problems;
}

function sentence({ path, code, message, maximum, minimum, expected, origin }: Issue, place: string): string {
  const where = path.length > 1 || place === 'json' ? `${path.map(String).join('.')}: ` : '';
  const unit = origin === 'string' ? ' characters long' : origin === 'array' ? ' in number' : '';
  if (code === 'too_big') return `${where}must be at most ${Number(maximum).toLocaleString()}${unit}.`;
  if (code === 'too_small') return `${where}must be at least ${Number(minimum).toLocaleString()}${unit}.`;
  if (code === 'invalid_type') return `${where}must be ${expected === 'array' ? 'a list' : `of the type ${String(expected)}`}.`;
  return `${where}${message}${message.endsWith('.') ? '' : '.'}`;
}

/** Parameters that nothing uses are no error: the jobs would merely be alike. */
export function unusedNames(description: JobDescription, names: readonly string[], script: string): string[] {
  const text = JSON.stringify(description) + script;
  return names.filter((name) => !text.includes(`{${name}}`));
}
