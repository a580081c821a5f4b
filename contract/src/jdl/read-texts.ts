import type { Scanner } from './scanner';
import type { JdlValue } from './value';

// Sticky, without nested repeats, and made once.
const plainInString = /[^"\\\n]+/y;
const escapeRule = /\\[^\n]/y;
const quotedWords = /"[^"\n]*"/y;
const plainInExpression = /[^;"()[\]{}\n]+/y;
const operatorRule = /[&|<>=+*?:]|!=|-/y;
const wordsInBrackets = /[^;\n"[\]]+/y;
const words = /[^;\n"]+/y;

const escapes: Readonly<Record<string, string>> = { '\\"': '"', '\\\\': '\\', '\\n': '\n', '\\t': '\t', '\\r': '\r' };

/** Other backslashes are kept: DIRAC knows no escapes, so `"C:\data"` and regular expressions stand in real JDL as they are. */
export function readString(scanner: Scanner): string {
  const start = scanner.at;
  scanner.takeCharacter('"');
  const parts: string[] = [];
  while (!scanner.takeCharacter('"')) {
    const plain = scanner.take(plainInString);
    if (plain !== undefined) {
      parts.push(plain);
      continue;
    }
    const escape = scanner.take(escapeRule);
    if (escape === undefined) scanner.fail('this string is not closed on its line (write \\n for a line break in it)', start);
    parts.push(escapes[escape] ?? escape);
  }
  return parts.join('');
}

export function readWords(scanner: Scanner, name: string, inBrackets: boolean): JdlValue {
  const start = scanner.at;
  const stretch = inBrackets ? wordsInBrackets : words;
  for (let open = 0; ;) {
    if (scanner.skip(stretch)) continue;
    if (scanner.next === '"') {
      if (!scanner.skip(quotedWords))
        scanner.fail(`a quote in the value of ${name} is not closed; a value with quotes of its own must be quoted as a whole`, start);
    } else if (scanner.next === '[' || (scanner.next === ']' && open > 0)) {
      open += scanner.next === '[' ? 1 : -1;
      scanner.at += 1;
    } else break;
  }
  const text = scanner.text.slice(start, scanner.at).trim();
  if (text === '') scanner.fail(`${name} has no value`, start);
  return { kind: 'text', text, quoted: false };
}

/** Verbatim, up to a ";" or "]" of its own level; over the end of a line only inside parentheses or next to an operator. */
export function readExpression(scanner: Scanner, name: string): JdlValue {
  const start = scanner.at;
  const open: number[] = [];
  for (let last = ''; !scanner.isAtEnd;) {
    const plain = scanner.take(plainInExpression);
    if (plain !== undefined) {
      last = plain.trimEnd().at(-1) ?? last;
    } else if (scanner.next === '"') {
      readString(scanner);
      last = '"';
    } else if (/[([{]/.test(scanner.next)) {
      last = scanner.next;
      open.push(scanner.at++);
    } else if (open.length > 0 && /[)\]}]/.test(scanner.next)) {
      last = scanner.next;
      open.pop();
      scanner.at += 1;
    } else if (scanner.next === '\n' && (open.length > 0 || /[&|<>=!+\-*/,?:]/.test(last) || continues(scanner))) {
      scanner.skipBlanks();
    } else break;
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) scanner.fail(`this "${scanner.text[unclosed]}" in ${name} is not closed`, unclosed);
  const text = scanner.text.slice(start, scanner.at).trim();
  if (text === '') scanner.fail(`${name} has no value`, start);
  return { kind: 'expression', text };
}

function continues(scanner: Scanner): boolean {
  const line = scanner.at;
  scanner.skipBlanks();
  const operator = scanner.skip(operatorRule);
  scanner.at = line;
  return operator;
}
