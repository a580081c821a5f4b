import type { JobDescription } from '../job-description';

/**
 * Applies a change to every text of a description that a parameter may stand in; needs (sites, tags …) and the names of input files are
 * the same for all jobs of a submission.
 */
export function mapTexts(description: JobDescription, change: (text: string) => string): JobDescription {
  const changed: Record<string, unknown> = { ...description };
  for (const name of fillable) {
    const value = changed[name];
    if (value !== undefined) changed[name] = deep(value, change);
  }
  return changed as JobDescription;
}

const fillable = [
  'jobName', 'executable', 'arguments', 'steps', 'stdOutput', 'stdError', 'outputSandbox', 'environment', 'inputData', 'outputData', 'outputPath',
  'otherAttributes',
] as const satisfies readonly (keyof JobDescription)[]; // prettier-ignore

function deep(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => deep(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deep(inner, change)]));
}

/** Under which names of ours `%s` and `%n` go; undefined where the job has no such sequence. */
export interface PercentNames {
  named: ReadonlySet<string>;
  unnamed: string | undefined;
  numbered: string | undefined;
}

const percent = /%(?:\((\w+)\)s|([snj]))/g;

/** DIRAC's `%s`, `%n`, `%j` and `%(B)s` as we write them. What stands for no parameter is left alone: `printf %s` in a single job. */
export function toBraces(text: string, { named, unnamed, numbered }: PercentNames): string {
  if (!text.includes('%')) return text;
  return text.replace(percent, (whole, part: string | undefined, short: string | undefined) => {
    if (part !== undefined) return named.has(part) ? `{${part}}` : whole;
    if (short === 'j') return '{jobId}';
    const name = short === 's' ? unnamed : numbered;
    return name === undefined ? whole : `{${name}}`;
  });
}

/** The other way, for a text in which {@link looksLikePercent} finds nothing. */
export function toPercent(text: string, { named, unnamed, numbered }: PercentNames): string {
  if (!text.includes('{')) return text;
  return text.replace(/\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
    if (name === 'jobId' && !named.has(name)) return '%j';
    if (name === unnamed) return '%s';
    if (name === numbered) return '%n';
    return named.has(name) ? `%(${name})s` : whole;
  });
}

/** Would DIRAC read this as a placeholder? There is no way to write it as a plain text there. */
export const looksLikePercent = (text: string, isSweep: boolean): boolean => (isSweep ? /%(?:\(\w+\)s|[snj])/ : /%j/).test(text);

/** `%n` anywhere. */
export const usesNumber = (text: string): boolean => text.includes('%n');
