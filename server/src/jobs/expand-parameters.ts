import { ContractError, JobDescription } from '@diraclab/contract';
import type { Parameters, Step } from '@diraclab/contract';

/**
 * Fills a job's row of a sweep into its description: `{name}` becomes the parameter's value, `{index}` its number from 0. Only names that
 * are parameters are replaced, so `${HOME}` or an awk program stay as they are; a value is not looked into again.
 */
export function expandDescription(description: JobDescription, parameters: Parameters | undefined, index: number): JobDescription {
  if (parameters === undefined) return description;
  const fill = (text: string): string => fillIn(text, parameters, index);
  const fillStep = (step: Step): Step => ({
    executable: fill(step.executable),
    ...(step.arguments === undefined ? {} : { arguments: step.arguments.map(fill) }),
    ...(step.logFile === undefined ? {} : { logFile: fill(step.logFile) }),
  });
  const { jobName, executable, stdOutput, stdError, environment } = description;
  return {
    ...description,
    ...(jobName === undefined ? {} : { jobName: fill(jobName) }),
    ...(executable === undefined ? {} : { executable: fill(executable) }),
    ...(description.arguments === undefined ? {} : { arguments: description.arguments.map(fill) }),
    ...(description.steps === undefined ? {} : { steps: description.steps.map(fillStep) }),
    ...(stdOutput === undefined ? {} : { stdOutput: fill(stdOutput) }),
    ...(stdError === undefined ? {} : { stdError: fill(stdError) }),
    ...(description.outputSandbox === undefined ? {} : { outputSandbox: description.outputSandbox.map(fill) }),
    ...(environment === undefined
      ? {}
      : { environment: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)])) }),
  };
}

export function fillIn(text: string, parameters: Parameters, index: number): string {
  if (!text.includes('{')) return text;
  return text.replace(/\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
    if (Object.hasOwn(parameters, name)) return String(parameters[name]);
    return name === 'index' ? String(index) : whole;
  });
}

/**
 * Refuses a sweep whose rows differ in names, or in which a row makes an invalid description. A description is parsed again for each row only
 * where a placeholder stands in a field with rules of its own (a file name, the job's name): 10,000 rows of arguments cost no parse at all.
 */
export function checkParameters(description: JobDescription, rows: readonly Parameters[]): void {
  const names = Object.keys(rows[0] ?? {}).sort();
  const ruled = [description.jobName, description.executable, description.stdOutput, description.stdError]
    .concat(description.outputSandbox ?? [], description.steps?.flatMap((step) => [step.executable, step.logFile]) ?? [])
    .some((text) => text?.includes('{') ?? false);
  rows.forEach((row, index) => {
    const own = Object.keys(row).sort();
    if (own.length !== names.length || own.some((name, i) => name !== names[i])) {
      throw new ContractError(
        'BadRequest',
        `parameters.${index} has the names ${own.join(', ') || '(none)'}; row 0 has ${names.join(', ')}.`,
        {
          next: 'Give every row the same names.',
        },
      );
    }
    if (!ruled) return;
    const expanded = JobDescription.safeParse(expandDescription(description, row, index));
    if (!expanded.success) {
      const [issue] = expanded.error.issues;
      throw new ContractError(
        'BadRequest',
        `parameters.${index} makes an invalid description: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      );
    }
  });
}
