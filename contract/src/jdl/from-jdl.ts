import type { JobDescription, Parameters, SandboxFile } from '../job-description';
import { defaultMaxBulkJobs } from '../limits';
import { fieldAttributes, knownName, mergeAttributes } from './attributes';
import type { Attributes } from './attributes';
import { environmentOf, inputSandboxOf, readArguments, stepsOfAttribute } from './parts';
import { rowsOf, sequencesOf } from './parametric';
import type { Sequences } from './parametric';
import { mapTexts, toBraces, usesNumber } from './placeholders';
import { readJdl } from './read';
import { booleanOf, integerOf, listOf, plainOf, refuse, textOf } from './value';
import type { JdlAttribute, Plain } from './value';

export interface JdlJob {
  /** Not looked at by the schema yet: JDL can say what no job may be, such as a priority of 50. */
  description: JobDescription;
  /** One row a job; absent for a single job. */
  parameters?: Parameters[];
  /** Entries of InputSandbox that only name a file: who has it sends its bytes. */
  localFiles: string[];
  /** Where everything stands, for messages; also whose the job says it is. */
  attributes: Attributes;
}

export interface JdlOptions {
  /** How messages call the text. */
  name?: string;
  /** A recipe for more jobs is refused before any is made. */
  mostJobs?: number;
}

/** A job description in our form out of JDL of either dialect. Attributes we know nothing of are kept in `otherAttributes`. */
export function fromJDL(text: string, { name = 'the JDL', mostJobs = defaultMaxBulkJobs }: JdlOptions = {}): JdlJob {
  return fromAttributes(mergeAttributes(readJdl(text, { name })), mostJobs);
}

export function fromAttributes(attributes: Attributes, mostJobs: number): JdlJob {
  const { files, localFiles } = inputSandboxOf(attributes.get('InputSandbox'));
  const description = describe(attributes, files);
  const sequences = sequencesOf(attributes, mostJobs);
  if (areBraces(attributes.get('Placeholders')))
    return { description, localFiles, attributes, ...(sequences && { parameters: rowsOf(sequences, 's', undefined) }) };
  return { ...translate(description, sequences), localFiles, attributes };
}

function describe(attributes: Attributes, files: SandboxFile[] | undefined): JobDescription {
  const description: Record<string, unknown> = {};
  const special = <T>(name: string, field: keyof JobDescription, read: (attribute: JdlAttribute) => T) => {
    const attribute = attributes.get(name);
    if (attribute !== undefined) description[field] = read(attribute);
  };
  for (const [name, field, kind] of fieldAttributes) {
    const attribute = attributes.get(name);
    const value = attribute && readers[kind](attribute);
    if (value !== undefined) description[field] = value;
  }
  special('Arguments', 'arguments', readArguments);
  special('Steps', 'steps', stepsOfAttribute);
  special('ExecutionEnvironment', 'environment', environmentOf);
  if (files !== undefined) description['inputSandbox'] = files;
  const others = [...attributes].filter(([name]) => knownName(name) === undefined);
  if (others.length > 0)
    description['otherAttributes'] = Object.fromEntries(others.map(([name, { value }]): [string, Plain] => [name, plainOf(value)]));
  return description as JobDescription;
}

const readers = {
  text: textOf,
  /** DIRAC's default for the group is an empty text, and ANY its word for "I do not mind". */
  wish: (attribute: JdlAttribute) => (/^(?:any)?$/i.test(textOf(attribute)) ? undefined : textOf(attribute)),
  list: listOf,
  integer: integerOf,
  boolean: booleanOf,
  sites: (attribute: JdlAttribute) => {
    const names = listOf(attribute);
    return names.some((name) => name.toUpperCase() === 'ANY') ? undefined : names;
  },
} as const;

function areBraces(attribute: JdlAttribute | undefined): boolean {
  if (attribute === undefined) return false;
  return textOf(attribute) === 'braces' || refuse(attribute, 'Placeholders can only be "braces": {name} instead of %(name)s');
}

function translate(description: JobDescription, sequences: Sequences | undefined): Pick<JdlJob, 'description' | 'parameters'> {
  let isNumbered = false;
  mapTexts(description, (text) => {
    isNumbered ||= usesNumber(text);
    return text;
  });
  const named = new Set(sequences?.named.keys());
  const unnamed = sequences?.unnamed && free('s', named);
  const numbered = sequences && isNumbered ? free('n', named) : undefined;
  const translated = mapTexts(description, (text) => toBraces(text, { named, unnamed, numbered }));
  return { description: translated, ...(sequences && { parameters: rowsOf(sequences, unnamed, numbered) }) };
}

/** `s`, or `s_` where a sequence has that name already. */
const free = (name: string, taken: ReadonlySet<string>): string => (taken.has(name) ? free(`${name}_`, taken) : name);
