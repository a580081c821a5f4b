import { ContractError } from '../errors';
import type { Parameters } from '../job-description';
import type { Attributes } from './attributes';
import { listOf, plainOf, refuse, scalarOf, textOf } from './value';
import type { JdlAttribute } from './value';

type Value = Parameters[string];

export interface Sequences {
  /** Of `Parameters.B`, by name. */
  named: ReadonlyMap<string, Value[]>;
  /** Of `Parameters`. */
  unnamed: Value[] | undefined;
  length: number;
}

/** The sequences of a recipe, or undefined for a single job. `Parametric`, the option of dsub, wins over the recipe of a JDL. */
export function sequencesOf(attributes: Attributes, mostJobs: number): Sequences | undefined {
  const parametric = attributes.get('Parametric');
  if (parametric !== undefined) {
    const unnamed = expandLoops(parametric, mostJobs);
    return checked({ named: new Map(), unnamed, length: unnamed.length }, parametric);
  }
  const named = new Map<string, Value[]>();
  let unnamed: Value[] | undefined;
  let first: JdlAttribute | undefined;
  for (const [name, attribute] of attributes) {
    if (!/^Parameters(?:\.|$)/.test(name)) continue;
    const part = name.slice('Parameters.'.length);
    const values = sequenceOf(attribute, part, attributes, mostJobs);
    if (first !== undefined && values.length !== (unnamed ?? [...named.values()][0])?.length) {
      const { length } = unnamed ?? [...named.values()][0] ?? [];
      refuse(attribute, `${name} has ${values.length} values and ${first.name} ${length}; all must have as many`);
    }
    first ??= attribute;
    if (part === '') unnamed = values;
    else named.set(part, values);
  }
  refuseStrayRecipe(attributes);
  if (first === undefined) return undefined;
  return checked({ named, unnamed, length: (unnamed ?? [...named.values()][0] ?? []).length }, first);
}

function checked(sequences: Sequences, attribute: JdlAttribute): Sequences {
  if (sequences.length === 0) refuse(attribute, `${attribute.name} has no values, so there would be no jobs`);
  return sequences;
}

/** One row a job. `numbered` is DIRAC's `%n`: from 0, all as wide as the last. */
export function rowsOf({ named, unnamed, length }: Sequences, unnamedAs: string | undefined, numberedAs: string | undefined): Parameters[] {
  const columns: [string, Value[]][] = [...named];
  if (unnamedAs !== undefined && unnamed !== undefined) columns.push([unnamedAs, unnamed]);
  return Array.from({ length }, (_, i) => {
    const row: Parameters = {};
    for (const [name, values] of columns) row[name] = values[i] ?? '';
    if (numberedAs !== undefined) row[numberedAs] = paddedNumber(i, length);
    return row;
  });
}

export const paddedNumber = (index: number, length: number): string => String(index).padStart(String(length - 1).length, '0');

function expandLoops(attribute: JdlAttribute, mostJobs: number): Value[] {
  const values: Value[] = [];
  for (const item of listOf(attribute)) {
    // One by one: as the arguments of a call a million values would not fit the stack.
    for (const value of expandLoop(item, attribute, mostJobs)) values.push(value);
    if (values.length > mostJobs) tooMany(attribute, `more than ${mostJobs}`, mostJobs);
  }
  return values;
}

/** `a` is itself; `1:10:2:1` is start:stop[:step[:factor]], stop not reached, each next being the last · factor + step. */
export function expandLoop(item: string, attribute: JdlAttribute, mostJobs: number): Value[] {
  const numbers = item.split(':').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.length < 2 || numbers.length > 4 || numbers.some((number) => !Number.isFinite(number))) return [item];
  const [start = 0, stop = 0, step = 1, factor = 1] = numbers;
  const sign = start < stop ? 1 : -1;
  const values: number[] = [];
  for (let value = start; (stop - value) * sign > 0;) {
    values.push(value);
    if (values.length > mostJobs) tooMany(attribute, `more than ${mostJobs}`, mostJobs);
    const next = rounded(value * factor + step);
    if ((next - value) * sign <= 0) refuse(attribute, `${item} never reaches ${stop}: after ${value} comes ${next}`);
    value = next;
  }
  return values;
}

/** JDL's recipe: a list, or a number of values with start, step and factor. */
function sequenceOf(attribute: JdlAttribute, part: string, attributes: Attributes, mostJobs: number): Value[] {
  const { value, name } = attribute;
  if (value.kind === 'list') {
    if (value.items.length > mostJobs) tooMany(attribute, value.items.length, mostJobs);
    return value.items.map((item) => {
      const plain = plainOf(item);
      return typeof plain === 'object' ? refuse(attribute, `${name} takes a list of texts and numbers`) : plain;
    });
  }
  const text = textOf(attribute).trim();
  if (!/^\d{1,15}$/.test(text)) {
    if (text.includes(',')) return listOf(attribute).map((item) => scalarOf({ text: item, quoted: false }));
    return refuse(attribute, `${name} takes a list or a number of values, but is "${text.slice(0, 100)}"`);
  }
  const count = Number(text);
  // Before anything is made: one line can ask for a million jobs.
  if (count > mostJobs) tooMany(attribute, count, mostJobs);
  const start = numberOf(attributes, 'ParameterStart', part, 1);
  const step = numberOf(attributes, 'ParameterStep', part, 0);
  const factor = numberOf(attributes, 'ParameterFactor', part, 1);
  const values: number[] = [];
  for (let next = start; values.length < count; next = rounded(next * factor + step)) {
    if (!Number.isFinite(next)) refuse(attribute, `${name} grows beyond all numbers after ${values.length} values`);
    values.push(next);
  }
  return values;
}

function tooMany({ place, name }: JdlAttribute, count: number | string, mostJobs: number): never {
  const line = place.line === undefined ? {} : { ids: { line: place.line, column: place.column ?? 1 } };
  throw new ContractError('TooLarge', `${name} makes ${count} jobs; this server takes ${mostJobs} in one call. Nothing was submitted.`, {
    next: `Split it into submissions of at most ${mostJobs} jobs.`,
    ...line,
  });
}

function numberOf(attributes: Attributes, head: string, part: string, without: number): number {
  const attribute = attributes.get(part === '' ? head : `${head}.${part}`);
  if (attribute === undefined) return without;
  const text = textOf(attribute).trim();
  const number = text === '' ? NaN : Number(text);
  return Number.isFinite(number) ? number : refuse(attribute, `${attribute.name} takes a number, but is "${text.slice(0, 100)}"`);
}

function refuseStrayRecipe(attributes: Attributes): void {
  for (const [name, attribute] of attributes) {
    const [, head, part = ''] = /^(Parameter(?:Start|Step|Factor))(\..*)?$/.exec(name) ?? [];
    if (head !== undefined && !attributes.has(`Parameters${part}`))
      refuse(attribute, `${name} says how a sequence goes on, but there is no Parameters${part}`);
  }
}

/** 0.1 + 0.2 is 0.3: fifteen digits are what a double keeps. */
const rounded = (value: number): number => Number(value.toPrecision(14));
