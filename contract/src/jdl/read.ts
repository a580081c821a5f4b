import { JdlError } from './error';
import type { Place } from './error';
import { readExpression, readString, readWords } from './read-texts';
import { Scanner } from './scanner';
import { isExpressionName } from './value';
import type { JdlAttribute, JdlValue } from './value';

/** A submission of 100,000 listed parameters has 1 to 5 million; longer texts are no job descriptions. */
export const mostJdlCharacters = 10_000_000;
/** DIRAC has lists of texts; a record in a list in a record is already more. */
const mostDepth = 32;

// Sticky, without nested repeats, and made once.
const nameRule = /[A-Za-z_][\w.]*/y;
const blanksOfLine = /[^\S\n]*/y;
const moreRule = /\s*[^\s;\]]/y;
const itemRule = /[^,;{}"\n]*/y;

/**
 * Reads both dialects:
 *
 *     job        = [ "[" ] { attribute ";" } [ "]" ]          the last ";" may be left out
 *     attribute  = name "=" value
 *     value      = string | list | record | expression (of Requirements and Rank) | words
 *     string     = '"' … '"'                                    \" \\ \n \t \r; other backslashes are kept
 *     list       = "{" [ value { "," value } ] "}"
 *     record     = "[" { attribute ";" } "]"
 *     words      = what stands there up to ";" or the end of the line, quotes in it paired
 *
 * with comments before names and values. Words, and texts without the outer brackets, are what DIRAC's Python client really writes
 * (`JobName = my second job, v2;`). What DIRAC's own reader lets pass (an open string, a missing `]`, a key twice, text after the end) is
 * an error here, with its place.
 */
export function readJdl(text: string, origin: Place): JdlAttribute[] {
  return readCounted(text, origin).attributes;
}

/** Beside it, how many characters were looked at: a test holds it to a small multiple of the length. */
export function readCounted(text: string, origin: Place): { attributes: JdlAttribute[]; steps: number } {
  if (text.length > mostJdlCharacters)
    throw new JdlError({ name: origin.name }, `the text has ${text.length} characters; ${mostJdlCharacters} is the most`);
  const scanner = new Scanner(text, origin);
  const nul = text.indexOf('\0');
  if (nul >= 0) scanner.fail('there is a NUL character here', nul);
  if (text.startsWith('\ufeff')) scanner.at = 1;

  scanner.skipComments();
  const hasBrackets = scanner.next === '[';
  const attributes = hasBrackets ? readRecord(scanner, 0) : readAttributes(scanner, 0, false);
  scanner.skipComments();
  if (!scanner.isAtEnd) scanner.fail(`nothing is expected after the closing "]", but there is ${show(scanner.next)}`);
  return { attributes, steps: scanner.steps };
}

function readRecord(scanner: Scanner, depth: number): JdlAttribute[] {
  const bracket = scanner.at;
  if (depth > mostDepth) scanner.fail(`this is nested deeper than ${mostDepth} levels`);
  scanner.takeCharacter('[');
  const attributes = readAttributes(scanner, depth, true);
  if (!scanner.takeCharacter(']')) scanner.fail('this "[" is not closed by "]"', bracket);
  return attributes;
}

function readAttributes(scanner: Scanner, depth: number, inBrackets: boolean): JdlAttribute[] {
  const attributes: JdlAttribute[] = [];
  const lineOf = new Map<string, number | undefined>();
  for (scanner.skipComments(); !scanner.isAtEnd && !(inBrackets && scanner.next === ']'); scanner.skipComments()) {
    const start = scanner.at;
    const name = scanner.take(nameRule) ?? scanner.fail(`an attribute name is expected here, not ${show(scanner.next)}`);
    const place = scanner.place(start);
    const same = sameName(name);
    if (lineOf.has(same)) scanner.fail(`${name} is given a second time; the first is in line ${lineOf.get(same)}`, start);
    lineOf.set(same, place.line);
    scanner.skipBlanks();
    if (!scanner.takeCharacter('=')) scanner.fail(`"=" is expected after ${name}, not ${show(scanner.next)}`);
    attributes.push({ name, place, value: readAttributeValue(scanner, name, depth, inBrackets) });
    const end = scanner.at;
    scanner.skipBlanks();
    const isLast = scanner.isAtEnd || (inBrackets && scanner.next === ']');
    if (!scanner.takeCharacter(';') && !isLast) scanner.fail(`";" is expected after the value of ${name}`, end);
  }
  return attributes;
}

/** Case counts only behind the dot: `Parameters.a` and `Parameters.A` are two sequences. */
function sameName(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? name.toLowerCase() : name.slice(0, dot).toLowerCase() + name.slice(dot);
}

function readAttributeValue(scanner: Scanner, name: string, depth: number, inBrackets: boolean): JdlValue {
  scanner.skip(blanksOfLine);
  const start = scanner.at;
  // A list may begin on the next line; words may not, or the next attribute would be taken for the value of one that has none.
  scanner.skipBlanks();
  if (!/["{[]/.test(scanner.next)) scanner.at = start;
  const nested = readNested(scanner, name, depth);
  if (nested !== undefined && !(isExpressionName(name) && nested.kind === 'text' && goesOn(scanner))) return nested;
  if (nested !== undefined) scanner.at = start;
  return isExpressionName(name) ? readExpression(scanner, name) : readWords(scanner, name, inBrackets);
}

/** A string, list or record, or nothing of these. */
function readNested(scanner: Scanner, name: string, depth: number): JdlValue | undefined {
  if (scanner.next === '"') return { kind: 'text', text: readString(scanner), quoted: true };
  if (scanner.next === '{') return readList(scanner, name, depth + 1);
  if (scanner.next === '[' && opensRecord.test(scanner.text.slice(scanner.at, scanner.at + 200)))
    return { kind: 'record', attributes: readRecord(scanner, depth + 1) };
  return undefined;
}

/** `[ Name =`, `[]`, `[ # …` and another `[`, but not the words `[1-3]`. */
const opensRecord = /^\[\s*(?:$|[\][#]|\/[/*]|[A-Za-z_][\w.]*\s*=)/;

/** More than a string: `"a" == other.Site`. */
function goesOn(scanner: Scanner): boolean {
  const end = scanner.at;
  const more = scanner.skip(moreRule);
  scanner.at = end;
  return more;
}

function readList(scanner: Scanner, name: string, depth: number): JdlValue {
  const start = scanner.at;
  if (depth > mostDepth) scanner.fail(`this is nested deeper than ${mostDepth} levels`);
  scanner.takeCharacter('{');
  const items: JdlValue[] = [];
  for (scanner.skipComments(); !scanner.takeCharacter('}'); scanner.skipComments()) {
    if (items.length > 0 && !scanner.takeCharacter(',')) failInList(scanner, name, start, '"," or "}" is expected');
    scanner.skipComments();
    items.push(readNested(scanner, name, depth) ?? readItem(scanner, name, start));
  }
  return { kind: 'list', items };
}

function readItem(scanner: Scanner, name: string, start: number): JdlValue {
  const text = (scanner.take(itemRule) ?? '').trim();
  if (text === '') failInList(scanner, name, start, 'a value is expected');
  return { kind: 'text', text, quoted: false };
}

function failInList(scanner: Scanner, name: string, start: number, message: string): never {
  if (scanner.isAtEnd) scanner.fail(`the list of ${name} is not closed by "}"`, start);
  return scanner.fail(`${message} in the list of ${name}, not ${show(scanner.next)}`);
}

function show(character: string): string {
  return character === '' ? 'the end of the text' : JSON.stringify(character);
}
