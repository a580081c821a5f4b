import { JdlError } from './error';
import type { Place } from './error';

/** `quoted` tells `"7"` from `7`. An expression is kept as it was written. */
export type JdlValue =
  | { kind: 'text'; text: string; quoted: boolean }
  | { kind: 'expression'; text: string }
  | { kind: 'list'; items: JdlValue[] }
  | { kind: 'record'; attributes: JdlAttribute[] };

export interface JdlAttribute {
  name: string;
  value: JdlValue;
  place: Place;
}

/** What a JDL value is in JSON. */
export type Plain = string | number | boolean | Plain[] | { [name: string]: Plain };

/** DIRAC's attributes whose values are expressions; everywhere else what looks like one is a text. */
export const isExpressionName = (name: string): boolean => /^(?:requirements|rank)$/i.test(name);

export const refuse = ({ place }: JdlAttribute, message: string, next?: string): never => {
  throw new JdlError(place, message, next);
};

/**
 * A bare number or truth value is one only when it is written as JSON would write it: `007` and `1.50` are texts, because `%s` must give
 * back what was written.
 */
export function scalarOf({ text, quoted }: { text: string; quoted: boolean }): string | number | boolean {
  if (quoted) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text !== '' && Number.isFinite(number) && String(number) === text ? number : text;
}

export function plainOf(value: JdlValue): Plain {
  switch (value.kind) {
    case 'text':
      return scalarOf(value);
    case 'expression':
      // `Rank = 5` is a number as anywhere else.
      return scalarOf({ text: value.text, quoted: false });
    case 'list':
      return value.items.map(plainOf);
    case 'record':
      return Object.fromEntries(value.attributes.map(({ name, value: inner }) => [name, plainOf(inner)]));
  }
}

/** The one text of an attribute; a list of one is a single value, as in DIRAC. */
export function textOf(attribute: JdlAttribute): string {
  const { name, value } = attribute;
  if (value.kind === 'text' || value.kind === 'expression') return value.text;
  const only = value.kind === 'list' && value.items.length === 1 ? value.items[0] : undefined;
  if (only?.kind === 'text') return only.text;
  const what = value.kind === 'list' ? `a list of ${value.items.length}` : 'a record';
  return refuse(attribute, `${name} takes one value, but has ${what}`);
}

/** A list, one value, or values separated by commas: the Python client writes the last two where the first is meant. */
export function listOf(attribute: JdlAttribute): string[] {
  const { name, value } = attribute;
  if (value.kind === 'record') return refuse(attribute, `${name} takes a list, but has a record`);
  if (value.kind !== 'list') return splitByCommas(value.text);
  return value.items.map((item) => (item.kind === 'text' ? item.text : refuse(attribute, `${name} takes a list of texts`)));
}

export const splitByCommas = (text: string): string[] =>
  text.replace(/^\{([^]*)\}$/, '$1').split(',').map((item) => item.trim()).filter((item) => item !== ''); // prettier-ignore

export function integerOf(attribute: JdlAttribute): number {
  const text = textOf(attribute).trim();
  if (/%(?:\(\w+\)s|[sn])|\{\w+\}/.test(text)) {
    const next = 'Jobs of one submission share their needs: submit one for each value.';
    return refuse(attribute, `${attribute.name} cannot depend on a parameter, but is "${text.slice(0, 100)}"`, next);
  }
  if (!/^[-+]?\d{1,15}$/.test(text)) return refuse(attribute, `${attribute.name} takes a whole number, but is "${text.slice(0, 100)}"`);
  // + 0: no -0.
  return Number(text) + 0;
}

export function booleanOf(attribute: JdlAttribute): boolean {
  const text = textOf(attribute).trim().toLowerCase();
  if (/^(?:true|yes|1)$/.test(text)) return true;
  if (/^(?:false|no|0)$/.test(text)) return false;
  return refuse(attribute, `${attribute.name} is true or false, but is "${text.slice(0, 100)}"`);
}
