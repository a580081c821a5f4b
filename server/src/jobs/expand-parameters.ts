import { ContractError, JobDescription, mapTexts } from '@diraclab/contract';
import type { Parameters } from '@diraclab/contract';

/**
 * Fills a job's row of a sweep into its description: `{name}` becomes the parameter's value, `{index}` its number from 0, and `{jobId}` the
 * job's id where it is known. Only these names are replaced, so `${HOME}` or an awk program stay as they are; a value is not looked into
 * again.
 */
export function expandDescription(
  description: JobDescription,
  parameters: Parameters | undefined,
  index: number,
  jobId?: number,
): JobDescription {
  return mapTexts(description, (text) => fillIn(text, parameters, index, jobId));
}

export function fillIn(text: string, parameters: Parameters | undefined, index: number, jobId?: number): string {
  if (!text.includes('{')) return text;
  return text.replace(/\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
    if (parameters !== undefined && Object.hasOwn(parameters, name)) return String(parameters[name]);
    if (name === 'jobId' && jobId !== undefined) return String(jobId);
    return name === 'index' && parameters !== undefined ? String(index) : whole;
  });
}

/** Fields with rules of their own, which a value could break: names of files and of jobs, lines, and what must not be empty. */
const ruled = [
  'jobName', 'executable', 'steps', 'stdOutput', 'stdError', 'outputSandbox', 'inputData', 'outputData', 'outputPath',
] as const satisfies readonly (keyof JobDescription)[]; // prettier-ignore

/**
 * Refuses a sweep whose rows differ in names, or in which a row makes an invalid description. For each row only those fields are parsed
 * again that have rules of their own and a parameter in them: 10,000 rows of arguments cost no parse at all.
 */
export function checkParameters(description: JobDescription, rows: readonly Parameters[]): void {
  const names = Object.keys(rows[0] ?? {}).sort();
  const varying = ruled.filter((field) => names.some((name) => JSON.stringify(description[field] ?? '').includes(`{${name}}`)));
  const part = Object.fromEntries(varying.map((field) => [field, description[field]])) as JobDescription;
  const parsed: JobDescription = varying.includes('executable') || varying.includes('steps') ? part : { ...part, executable: 'x' };
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
    if (varying.length === 0) return;
    const expanded = JobDescription.safeParse(expandDescription(parsed, row, index));
    if (!expanded.success) {
      const [issue] = expanded.error.issues;
      throw new ContractError(
        'BadRequest',
        `parameters.${index} makes an invalid description: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
      );
    }
  });
}
