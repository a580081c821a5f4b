import type { JobDescription } from './types';

/** A cell that submits the same job: the short form where it says all, else the full description. */
export function toCode(description: JobDescription): string {
  return `const job = await dirac.submit(${print(specOf(description), '')});\n`;
}

/** Short names of the notebook, and how a value is written under them. */
const shortNames: Partial<Record<keyof JobDescription, readonly [string, ((value: number) => string)?]>> = {
  jobName: ['name'],
  jobGroup: ['group'],
  jobType: ['type'],
  outputSandbox: ['outputs'],
  environment: ['env'],
  cpuTimeS: ['cpu', (seconds) => `${seconds}s`],
  wallTimeS: ['wall', (seconds) => `${seconds}s`],
  minRamMB: ['memory', (megabytes) => `${megabytes}MiB`],
  numberOfProcessors: ['processors'],
  numberOfGpus: ['gpus'],
  gpuRamMB: ['gpuMemory', (megabytes) => `${megabytes}MiB`],
  sites: ['sites'],
  bannedSites: ['bannedSites'],
  platforms: ['platforms'],
  tags: ['tags'],
  priority: ['priority'],
};

function specOf(description: JobDescription): object {
  const { executable, arguments: words, ...needs } = description;
  const given = Object.entries(needs).filter(([, value]) => value !== undefined);
  if (executable === undefined || given.some(([field]) => shortNames[field as keyof JobDescription] === undefined)) return { description };
  const isCommand = executable === '/bin/sh' && words?.length === 2 && words[0] === '-c';
  const named = given.map(([field, value]) => {
    const [name = field, write] = shortNames[field as keyof JobDescription] ?? [];
    return [name, write === undefined ? value : write(value as number)];
  });
  return { run: isCommand ? words[1] : [executable, ...(words ?? [])], ...Object.fromEntries(named) };
}

/** As a person would write it: names without quotes, short lists in one line. */
function print(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => print(item, inner));
    const line = `[${items.join(', ')}]`;
    return line.length < 100 && !line.includes('\n') ? line : `[\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}]`;
  }
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  if (fields.length === 0) return '{}';
  // In quotes or not, a field of this name would set the prototype instead.
  const nameOf = (name: string) => (name === '__proto__' ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
  return `{\n${fields.map(([name, field]) => `${inner}${nameOf(name)}: ${print(field, inner)},\n`).join('')}${indent}}`;
}
