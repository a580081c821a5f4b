import type { JobDescription } from '@diraclab/contract';
import { usageError } from '../exit-codes';
import { type Attributes, integerOf, listOf, textOf } from './attributes';
import { translate } from './parametric';

/** What the attributes say, but for the program and the input files. */
export function describe(attributes: Attributes): JobDescription {
  const sites = listOf(attributes, 'Site');
  return dropUndefined({
    jobName: textOf(attributes, 'JobName'),
    jobGroup: textOf(attributes, 'JobGroup'),
    jobType: textOf(attributes, 'JobType'),
    stdOutput: textOf(attributes, 'StdOutput'),
    stdError: textOf(attributes, 'StdError'),
    outputSandbox: listOf(attributes, 'OutputSandbox'),
    environment: environmentOf(attributes),
    cpuTimeS: integerOf(attributes, 'CPUTime'),
    // DIRAC's word for "I do not mind".
    sites: sites?.some((site) => site.toUpperCase() === 'ANY') ? undefined : sites,
    bannedSites: listOf(attributes, 'BannedSites'),
    platforms: anyOrList(listOf(attributes, 'Platform')),
    tags: listOf(attributes, 'Tags'),
    numberOfProcessors: integerOf(attributes, 'NumberOfProcessors'),
    minRamMB: integerOf(attributes, 'MinRAM'),
    priority: integerOf(attributes, 'Priority'),
  });
}

const anyOrList = (platforms: string[] | undefined) => (platforms?.some((name) => name.toUpperCase() === 'ANY') ? undefined : platforms);

/** `{"A=1", "B=two%20words"}` or `A=1;B=2`; values are percent-encoded, as the Python client writes them. */
function environmentOf(attributes: Attributes): Record<string, string> | undefined {
  const attribute = attributes.get('ExecutionEnvironment');
  if (attribute === undefined) return undefined;
  const { value, where } = attribute;
  const pairs = value.kind === 'list' ? value.items.map(({ text }) => text) : value.text.split(';');
  return Object.fromEntries(
    pairs.map((pair): [string, string] => {
      const [, name = '', text] = /^\s*([A-Za-z_]\w*)=([^]*)$/.exec(pair) ?? [];
      if (text === undefined) throw usageError(`${where}: "${pair}" in ExecutionEnvironment is not NAME=VALUE.`);
      return [name, percentDecode(text)];
    }),
  );
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare % that encodes nothing: the value was written by hand.
    return text;
  }
}

/** Every text of the description with `%s` and its like in the server's form. */
export function translateTexts(description: JobDescription, names: ReadonlySet<string>, unknown: (name: string) => void): JobDescription {
  const change = (value: unknown): unknown => {
    if (typeof value === 'string') return translate(value, names, unknown);
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
  };
  const { inputSandbox, ...texts } = description;
  return { ...(change(texts) as JobDescription), ...(inputSandbox === undefined ? {} : { inputSandbox }) };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function dropUndefined<T extends object>(object: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}
