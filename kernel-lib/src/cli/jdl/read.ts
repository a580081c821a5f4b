import { type Origin, Scanner } from './scanner';

export type JdlScalar =
  { kind: 'text'; text: string } | { kind: 'number'; number: number; text: string } | { kind: 'boolean'; text: string };
export type JdlValue = JdlScalar | { kind: 'list'; items: JdlScalar[] };

export interface JdlAttribute {
  name: string;
  value: JdlValue;
  /** `job.jdl, line 3`. */
  where: string;
}

/** Longer texts are no job descriptions. */
const mostCharacters = 1_000_000;

/**
 * Reads both dialects: `[ Key = "value"; … ]`, and what the Python client really writes, without brackets and with bare values, blanks and
 * commas in them (`JobName = my second job, v2;`). What DIRAC's own reader lets pass (an open string, a missing `]`, a key twice, text
 * after the end) is an error here, with its place.
 */
export function readJdl(text: string, origin: Origin): JdlAttribute[] {
  const scanner = new Scanner(text, origin);
  if (text.length > mostCharacters) scanner.fail(`the text has ${text.length} characters; ${mostCharacters} is the most`);
  const nul = text.indexOf('\0');
  if (nul >= 0) scanner.fail('there is a NUL character here', nul);
  if (text.startsWith('\ufeff')) scanner.at = 1;

  scanner.skipComments();
  const bracket = scanner.at;
  const hasBrackets = scanner.takeCharacter('[');
  const attributes: JdlAttribute[] = [];
  const lineOf = new Map<string, number>();
  const line = lineCounter(scanner);

  for (scanner.skipComments(); !scanner.isAtEnd && !(hasBrackets && scanner.next === ']'); scanner.skipComments()) {
    const start = scanner.at;
    const name = scanner.take(/[A-Za-z_][\w.]*/y) ?? scanner.fail(`an attribute name is expected here, not ${show(scanner.next)}`);
    const here = line(start);
    const before = lineOf.get(name.toLowerCase());
    if (before !== undefined) scanner.fail(`${name} is given a second time; the first is in line ${before}`, start);
    lineOf.set(name.toLowerCase(), here);
    scanner.skipBlanks();
    if (!scanner.takeCharacter('=')) scanner.fail(`"=" is expected after ${name}, not ${show(scanner.next)}`);
    scanner.take(/[^\S\n]*/y);
    attributes.push({ name, value: readValue(scanner, name, hasBrackets), where: `${origin.name}, line ${here}` });
    const end = scanner.at;
    scanner.skipBlanks();
    const isLast = scanner.isAtEnd || (hasBrackets && scanner.next === ']');
    if (!scanner.takeCharacter(';') && !isLast) scanner.fail(`";" is expected after the value of ${name}`, end);
  }

  if (hasBrackets && !scanner.takeCharacter(']')) scanner.fail('this "[" is not closed by "]"', bracket);
  scanner.skipComments();
  if (!scanner.isAtEnd) scanner.fail(`nothing is expected after the closing "]", but there is ${show(scanner.next)}`);
  return attributes;
}

function readValue(scanner: Scanner, name: string, hasBrackets: boolean): JdlValue {
  if (scanner.next === '"') return { kind: 'text', text: readString(scanner) };
  if (scanner.next === '{') return readList(scanner, name);
  const start = scanner.at;
  const text = (scanner.take(hasBrackets ? /[^;\n\]]*/y : /[^;\n]*/y) ?? '').trim();
  if (text === '') scanner.fail(`${name} has no value`, start);
  if (text.split('"').length % 2 === 0)
    scanner.fail(`a quote in the value of ${name} is not closed; a value with ";" must be quoted as a whole`, start);
  return scalarOf(text);
}

function readList(scanner: Scanner, name: string): JdlValue {
  const start = scanner.at;
  scanner.takeCharacter('{');
  const items: JdlScalar[] = [];
  for (scanner.skipBlanks(); !scanner.takeCharacter('}'); scanner.skipBlanks()) {
    if (items.length > 0 && !scanner.takeCharacter(',')) failInList(scanner, name, start, '"," or "}" is expected');
    scanner.skipBlanks();
    if (scanner.next === '"') {
      items.push({ kind: 'text', text: readString(scanner) });
    } else {
      const text = (scanner.take(/[^,;{}"\n]*/y) ?? '').trim();
      if (text === '') failInList(scanner, name, start, 'a value is expected');
      items.push(scalarOf(text));
    }
  }
  return { kind: 'list', items };
}

function failInList(scanner: Scanner, name: string, start: number, message: string): never {
  if (scanner.isAtEnd) scanner.fail(`the list of ${name} is not closed by "}"`, start);
  return scanner.fail(`${message} in the list of ${name}, not ${show(scanner.next)}`);
}

const escapes: Readonly<Record<string, string>> = { '\\"': '"', '\\\\': '\\', '\\n': '\n', '\\t': '\t', '\\r': '\r' };

/** Other backslashes are kept: DIRAC knows no escapes, so `"C:\data"` and regular expressions stand in real JDL as they are. */
function readString(scanner: Scanner): string {
  const start = scanner.at;
  scanner.takeCharacter('"');
  const parts: string[] = [];
  while (!scanner.takeCharacter('"')) {
    const plain = scanner.take(/[^"\\\n]+/y);
    if (plain !== undefined) {
      parts.push(plain);
      continue;
    }
    const escape = scanner.take(/\\[^\n]/y);
    if (escape === undefined) scanner.fail('this string is not closed on its line (write \\n for a line break in it)', start);
    parts.push(escapes[escape] ?? escape);
  }
  return parts.join('');
}

function scalarOf(text: string): JdlScalar {
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) && Number.isFinite(Number(text)))
    return { kind: 'number', number: Number(text), text };
  if (/^(?:true|false)$/i.test(text)) return { kind: 'boolean', text };
  return { kind: 'text', text };
}

function show(character: string): string {
  return character === '' ? 'the end of the text' : JSON.stringify(character);
}

/** The line of ever later places, counted once over the text. */
function lineCounter(scanner: Scanner): (at: number) => number {
  let line = scanner.origin.line ?? 1;
  let seen = 0;
  return (at) => {
    for (let i = scanner.text.indexOf('\n', seen); i >= 0 && i < at; i = scanner.text.indexOf('\n', i + 1)) {
      line += 1;
      seen = i + 1;
    }
    return line;
  };
}
