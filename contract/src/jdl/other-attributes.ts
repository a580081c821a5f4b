import { z } from 'zod';
import { knownName } from './attributes';

const mostNames = 200;
const mostDepth = 16;
const nameRule = /^[A-Za-z_][A-Za-z0-9_.]{0,99}$/;

/** Attributes of a JDL that say nothing here. They are kept and come back, values as JSON writes them; `Requirements` is a text. */
export const OtherAttributes = z
  .record(z.string(), z.unknown())
  .superRefine((attributes, context) => {
    const names = Object.keys(attributes);
    const wrong = wrongNames(names) ?? names.map((name) => knownAs(name) ?? wrongValue(attributes[name], name, 0)).find(Boolean);
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong });
  })
  .meta({ description: 'Other attributes of a JDL: texts, numbers, booleans, lists and records of these' });

function wrongNames(names: readonly string[]): string | undefined {
  if (names.length > mostNames) return `has ${names.length} attributes; ${mostNames} is the most`;
  const wrong = names.find((name) => !nameRule.test(name));
  if (wrong !== undefined) return `"${wrong.slice(0, 100)}" is no name of an attribute`;
  const different = new Set(names.map((name) => name.toLowerCase()));
  return different.size < names.length ? 'has a name twice; upper and lower case are the same' : undefined;
}

function knownAs(name: string): string | undefined {
  const known = knownName(name.replace(/\..*/, ''));
  return known === undefined ? undefined : `${name} is an attribute with a meaning (${known}); it has a place of its own in a description`;
}

function wrongValue(value: unknown, name: string, depth: number): string | undefined {
  if (depth > mostDepth) return `${name} is nested deeper than ${mostDepth} levels`;
  if (typeof value === 'string') return value.includes('\0') || value.length > 100_000 ? `${name} has NUL or more than 100000 characters` : undefined; // prettier-ignore
  if (typeof value === 'boolean' || Number.isFinite(value)) return undefined;
  if (typeof value !== 'object' || value === null) return `${name} must be a text, a number, true, false, a list or a record`;
  const inner = Array.isArray(value) ? undefined : wrongNames(Object.keys(value));
  return inner ?? Object.values(value).map((one) => wrongValue(one, name, depth + 1)).find(Boolean); // prettier-ignore
}
