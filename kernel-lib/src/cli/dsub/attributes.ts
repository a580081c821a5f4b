import { usageError } from '../exit-codes';
import type { JdlAttribute, JdlValue } from '../jdl/read';
import { didYouMean } from '../options/did-you-mean';

/** Attributes that say something here, in DIRAC's spelling. */
export const knownAttributes = [
  'Executable', 'Arguments', 'JobName', 'JobGroup', 'JobType', 'StdOutput', 'StdError', 'InputSandbox', 'OutputSandbox', 'Site', 'BannedSites',
  'Platform', 'CPUTime', 'NumberOfProcessors', 'MinRAM', 'Tags', 'Priority', 'ExecutionEnvironment', 'Owner', 'OwnerGroup', 'VirtualOrganization',
  'LogLevel', 'Parametric', 'Parameters', 'ParameterStart', 'ParameterStep', 'ParameterFactor',
] as const; // prettier-ignore
export type KnownAttribute = (typeof knownAttributes)[number];

const aliases: Readonly<Record<string, KnownAttribute>> = { bannedsite: 'BannedSites', tag: 'Tags', vo: 'VirtualOrganization' };

const dataSide = 'belongs to the data side of this system, which is not there yet';
const notYet = 'is not understood yet, and leaving it out would change what the job means';

/** DIRAC's attributes that we know and cannot honour: refused, never ignored. */
const refused: Readonly<Record<string, string>> = {
  inputdata: dataSide,
  inputdatapolicy: dataSide,
  inputdatamodule: dataSide,
  outputdata: dataSide,
  outputpath: dataSide,
  outputse: dataSide,
  gridce: notYet,
  minnumberofprocessors: notYet,
  maxnumberofprocessors: notYet,
  wholenode: notYet,
  maxram: notYet,
  jobconfigargs: notYet,
  softwaredistmodule: notYet,
  processingtype: notYet,
  jobexecdir: notYet,
  stopsigregex: notYet,
  stopsignumber: notYet,
  stopsigstartwork: notYet,
  stopsigfinishwork: notYet,
  disablecpucheck: notYet,
};

/** Attributes by name; `Parameters.B` and its like keep their part after the dot. */
export type Attributes = ReadonlyMap<string, JdlAttribute>;

/** Later ones win over earlier ones: the JDL, then the script, then the options. */
export function mergeAttributes(...sources: readonly (readonly JdlAttribute[])[]): Attributes {
  const merged = new Map<string, JdlAttribute>();
  for (const source of sources) {
    const inSource = new Map<string, JdlAttribute>();
    for (const attribute of source) {
      const name = canonicalName(attribute);
      const before = inSource.get(name);
      if (before !== undefined)
        throw usageError(`${attribute.where}: ${attribute.name} means the same as ${before.name} (${before.where}).`, 'Keep one of them.');
      inSource.set(name, { ...attribute, name });
    }
    for (const [name, attribute] of inSource) merged.set(name, attribute);
  }
  return merged;
}

function canonicalName({ name, where }: JdlAttribute): string {
  const [head = '', ...rest] = name.split('.');
  const wanted = head.toLowerCase();
  const reason = refused[wanted];
  if (reason !== undefined)
    throw usageError(`${where === `--${name}` ? '' : `${where}: `}${name} ${reason}.`, 'Take it out to submit the job without it.');
  const known = aliases[wanted] ?? knownAttributes.find((known) => known.toLowerCase() === wanted);
  if (known !== undefined && rest.length === 0) return known;
  if (known?.startsWith('Parameter') && known !== 'Parametric' && /^[A-Za-z_]\w*$/.test(rest.join('.')))
    return `${known}.${rest.join('.')}`;
  const meant = didYouMean(head, knownAttributes);
  throw usageError(`${where}: there is no attribute ${name}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`);
}

export function textOf(attributes: Attributes, name: KnownAttribute): string | undefined {
  const attribute = attributes.get(name);
  return attribute === undefined ? undefined : singleOf(attribute);
}

/** A list, one value, or values separated by commas: the Python client writes the last two where the first is meant. */
export function listOf(attributes: Attributes, name: KnownAttribute): string[] | undefined {
  const value = attributes.get(name)?.value;
  return value === undefined ? undefined : itemsOf(value);
}

export function itemsOf(value: JdlValue): string[] {
  if (value.kind === 'list') return value.items.map(({ text }) => text);
  return value.text
    .replace(/^\{([^]*)\}$/, '$1')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

export function integerOf(attributes: Attributes, name: KnownAttribute): number | undefined {
  const attribute = attributes.get(name);
  if (attribute === undefined) return undefined;
  const text = singleOf(attribute).trim();
  if (!/^[-+]?\d{1,15}$/.test(text)) throw usageError(`${attribute.where}: ${attribute.name} takes a whole number, but is "${text}".`);
  return Number(text);
}

function singleOf({ name, value, where }: JdlAttribute): string {
  if (value.kind !== 'list') return value.text;
  const [only, second] = value.items;
  if (only === undefined || second !== undefined)
    throw usageError(`${where}: ${name} takes one value, but has a list of ${value.items.length}.`);
  return only.text;
}
