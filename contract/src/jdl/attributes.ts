import type { JobDescription } from '../job-description';
import { refuse } from './value';
import type { JdlAttribute } from './value';

type Kind = 'text' | 'wish' | 'list' | 'sites' | 'integer' | 'boolean';

/** DIRAC's attributes that are one field of our JSON form each, in the order in which they are written. */
export const fieldAttributes = [
  ['JobName', 'jobName', 'text'],
  ['JobGroup', 'jobGroup', 'wish'],
  ['JobType', 'jobType', 'text'],
  ['Executable', 'executable', 'text'],
  ['StdOutput', 'stdOutput', 'text'],
  ['StdError', 'stdError', 'text'],
  ['OutputSandbox', 'outputSandbox', 'list'],
  ['InputData', 'inputData', 'list'],
  ['InputDataPolicy', 'inputDataPolicy', 'text'],
  ['OutputData', 'outputData', 'list'],
  ['OutputSE', 'outputSE', 'list'],
  ['OutputPath', 'outputPath', 'text'],
  ['Site', 'sites', 'sites'],
  ['BannedSites', 'bannedSites', 'list'],
  ['GridCE', 'gridCE', 'wish'],
  ['Platform', 'platforms', 'sites'],
  ['Tags', 'tags', 'list'],
  ['CPUTime', 'cpuTimeS', 'integer'],
  ['WallTime', 'wallTimeS', 'integer'],
  ['NumberOfProcessors', 'numberOfProcessors', 'integer'],
  ['MinNumberOfProcessors', 'minNumberOfProcessors', 'integer'],
  ['MaxNumberOfProcessors', 'maxNumberOfProcessors', 'integer'],
  ['WholeNode', 'wholeNode', 'boolean'],
  ['Proxy', 'proxy', 'boolean'],
  ['MinRAM', 'minRamMB', 'integer'],
  ['MaxRAM', 'maxRamMB', 'integer'],
  ['NumberOfGPUs', 'numberOfGpus', 'integer'],
  ['GPURAM', 'gpuRamMB', 'integer'],
  ['Priority', 'priority', 'integer'],
  ['LogLevel', 'logLevel', 'text'],
] as const satisfies readonly (readonly [string, keyof JobDescription, Kind])[];

/** Attributes that need more than one line to be understood. */
const specialAttributes = [
  'Arguments', 'InputSandbox', 'ExecutionEnvironment', 'Steps', 'Owner', 'OwnerGroup', 'VirtualOrganization', 'Placeholders', 'Parametric',
  'Parameters', 'ParameterStart', 'ParameterStep', 'ParameterFactor',
] as const; // prettier-ignore

/** Attributes that say something here, in DIRAC's spelling; WallTime, GPURAM, Steps and Placeholders are ours. */
export const knownAttributes: readonly string[] = [...fieldAttributes.map(([name]) => name), ...specialAttributes];

/** The attribute that a field of our form is written as, for messages about a JDL. */
export function attributeOfField(field: string): string | undefined {
  const other: Readonly<Record<string, string>> = { arguments: 'Arguments', inputSandbox: 'InputSandbox', environment: 'ExecutionEnvironment', steps: 'Steps' }; // prettier-ignore
  return fieldAttributes.find(([, name]) => name === field)?.[0] ?? other[field];
}

const aliases: Readonly<Record<string, string>> = {
  bannedsite: 'BannedSites',
  tag: 'Tags',
  vo: 'VirtualOrganization',
};
const inDiracsSpelling = new Map(knownAttributes.map((name) => [name.toLowerCase(), name]));
const hasParts = /^Parameter(?:s|Start|Step|Factor)$/;

/** The name in DIRAC's spelling; undefined for one that says nothing here. */
export function knownName(name: string): string | undefined {
  const dot = name.indexOf('.');
  const head = (dot < 0 ? name : name.slice(0, dot)).toLowerCase();
  const known = aliases[head] ?? inDiracsSpelling.get(head);
  if (dot < 0 || known === undefined) return known;
  const part = name.slice(dot + 1);
  return hasParts.test(known) && /^[A-Za-z_]\w*$/.test(part) ? `${known}.${part}` : undefined;
}

/** By name; `Parameters.B` and its like keep their part after the dot. */
export type Attributes = ReadonlyMap<string, JdlAttribute>;

/** Later sources win over earlier ones, as options win over a JDL. In one source an attribute may stand once, by whichever of its names. */
export function mergeAttributes(...sources: readonly (readonly JdlAttribute[])[]): Attributes {
  const merged = new Map<string, JdlAttribute>();
  for (const source of sources) {
    const inSource = new Map<string, JdlAttribute>();
    for (const attribute of source) {
      const name = knownName(attribute.name) ?? attribute.name;
      const before = inSource.get(name);
      if (before !== undefined) {
        const where = before.place.line === undefined ? '' : `, which stands in line ${before.place.line}`;
        refuse(attribute, `${attribute.name} means the same as ${before.name}${where}`, 'Keep one of them.');
      }
      inSource.set(name, attribute);
    }
    for (const [name, attribute] of inSource) merged.set(name, { ...attribute, name });
  }
  return merged;
}
