import { usageError } from '../exit-codes';
import type { JdlAttribute } from '../jdl/read';
import { type Attributes, itemsOf } from './attributes';

export type ParameterValue = string | number;
export type Rows = Record<string, ParameterValue>[];

/** The contract's limit for one call; a server may set a lower one. */
const mostRows = 1_000_000;

/** Names under which the unnamed sequence (`%s`) and the padded number (`%n`) travel. */
export const unnamed = 's';
export const numbered = 'n';

/** The parameters of each job, or undefined for a single job. `--Parametric` wins over the recipe of a JDL. */
export function parameterRows(attributes: Attributes): Rows | undefined {
  const parametric = attributes.get('Parametric');
  const sequences = new Map<string, ParameterValue[]>();
  if (parametric !== undefined) {
    sequences.set(
      unnamed,
      itemsOf(parametric.value).flatMap((item) => expandItem(item, parametric.where)),
    );
  } else {
    for (const [name, attribute] of attributes) {
      const [head, part = unnamed] = name.split('.');
      if (head === 'Parameters') sequences.set(part, sequenceOf(attribute, part, attributes));
    }
    refuseStrayRecipe(attributes, sequences);
  }
  const [first] = sequences;
  if (first === undefined) return undefined;
  const [firstName, { length }] = first;
  for (const [name, values] of sequences) {
    if (values.length !== length) {
      throw usageError(
        `The parameters ${nameOf(firstName)} have ${length} values and ${nameOf(name)} ${values.length}; all must have as many.`,
      );
    }
  }
  if (length === 0) throw usageError('The parameters have no values, so there would be no jobs.');
  const digits = String(length - 1).length;
  return Array.from({ length }, (_, i) => ({
    ...Object.fromEntries([...sequences].map(([name, values]) => [name, values[i] ?? ''])),
    [numbered]: String(i).padStart(digits, '0'),
  }));
}

/** `a` is itself; `1:10:2:1` is start:stop[:step[:factor]], stop not reached, each next being the last · factor + step. */
export function expandItem(item: string, where: string): ParameterValue[] {
  const numbers = item.split(':').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.length < 2 || numbers.length > 4 || numbers.some((number) => !Number.isFinite(number))) return [item];
  const [start = 0, stop = 0, step = 1, factor = 1] = numbers;
  const sign = start < stop ? 1 : -1;
  const values: number[] = [];
  for (let value = start; (stop - value) * sign > 0;) {
    values.push(value);
    if (values.length > mostRows) throw usageError(`${where}: ${item} gives more than ${mostRows} values.`);
    const next = rounded(value * factor + step);
    if ((next - value) * sign <= 0) throw usageError(`${where}: ${item} never reaches ${stop}: after ${value} comes ${next}.`);
    value = next;
  }
  return values;
}

/** JDL's recipe: a list, or a number of values with start, step and factor. */
function sequenceOf(attribute: JdlAttribute, part: string, attributes: Attributes): ParameterValue[] {
  const { value, where, name } = attribute;
  if (value.kind === 'list') return value.items.map((item) => (item.kind === 'number' ? item.number : item.text));
  if (!/^\d{1,7}$/.test(value.text)) {
    if (value.text.includes(',')) return itemsOf(value);
    throw usageError(`${where}: ${name} takes a list or a number of values, but is "${value.text}".`);
  }
  const count = Number(value.text);
  if (count > mostRows) throw usageError(`${where}: ${name} gives more than ${mostRows} values.`);
  const start = numberOf(attributes, 'ParameterStart', part, 1);
  const step = numberOf(attributes, 'ParameterStep', part, 0);
  const factor = numberOf(attributes, 'ParameterFactor', part, 1);
  const values: number[] = [];
  for (let next = start; values.length < count; next = rounded(next * factor + step)) values.push(next);
  return values;
}

function numberOf(attributes: Attributes, head: string, part: string, without: number): number {
  const attribute = attributes.get(part === unnamed ? head : `${head}.${part}`);
  if (attribute === undefined) return without;
  const number = attribute.value.kind === 'list' || attribute.value.text.trim() === '' ? NaN : Number(attribute.value.text);
  if (!Number.isFinite(number)) throw usageError(`${attribute.where}: ${attribute.name} takes a number.`);
  return number;
}

function refuseStrayRecipe(attributes: Attributes, sequences: ReadonlyMap<string, unknown>): void {
  for (const [name, { where }] of attributes) {
    const [head = '', part = unnamed] = name.split('.');
    if (/^Parameter(?:Start|Step|Factor)$/.test(head) && !sequences.has(part)) {
      throw usageError(`${where}: ${name} says how a sequence goes on, but there is no ${name.replace(head, 'Parameters')}.`);
    }
  }
}

/** 0.1 + 0.2 is 0.3: fifteen digits are what a double keeps. */
const rounded = (value: number): number => Number(value.toPrecision(14));

const nameOf = (name: string): string => (name === unnamed ? '%s' : `%(${name})s`);

/** DIRAC's `%s`, `%n` and `%(B)s` as the server writes them: `{s}`, `{n}`, `{B}`. Only for jobs with parameters: `printf %s` stays. */
export function translate(text: string, names: ReadonlySet<string>, unknown: (name: string) => void): string {
  return text.replace(/%(?:\((\w+)\)s|([sn]))/g, (whole, named?: string, short?: string) => {
    const name = named ?? short ?? '';
    if (names.has(name)) return `{${name}}`;
    unknown(whole);
    return whole;
  });
}
