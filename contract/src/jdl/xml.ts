import { JdlError } from './error';
import { Scanner } from './scanner';

export interface XmlElement {
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: XmlElement[];
  /** All text directly in it. */
  text: string;
  line: number;
}

const mostCharacters = 2_000_000;
const mostDepth = 32;

/**
 * Enough of XML for a workflow, strictly: elements, attributes, texts, CDATA, comments, the five entities and numbered characters. A
 * document type, and with it every way to name other files or to define entities, is refused.
 */
export function readXml(text: string, name: string): XmlElement {
  if (text.length > mostCharacters) throw new JdlError({ name }, `the XML has ${text.length} characters; ${mostCharacters} is the most`);
  const scanner = new Scanner(text, { name });
  if (text.startsWith('\ufeff')) scanner.at = 1;
  scanner.take(/<\?xml\b[^>]*\?>/y);
  skipBetween(scanner);
  const root = readElement(scanner, 0);
  skipBetween(scanner);
  if (!scanner.isAtEnd) scanner.fail('nothing is expected after the end of the outer element');
  return root;
}

function skipBetween(scanner: Scanner): void {
  for (scanner.skipBlanks(); scanner.text.startsWith('<!--', scanner.at); scanner.skipBlanks()) skipTo(scanner, '<!--', '-->');
  if (/<!DOCTYPE/iy.test(scanner.text.slice(scanner.at, scanner.at + 9))) scanner.fail('a document type (<!DOCTYPE) is not allowed');
}

/** What stands between an opening mark, which is here, and the next closing one. */
function skipTo(scanner: Scanner, open: string, close: string): string {
  const start = scanner.at + open.length;
  const end = scanner.text.indexOf(close, start);
  if (end < 0) scanner.fail(`this "${open}" is not closed by "${close}"`);
  scanner.at = end + close.length;
  return scanner.text.slice(start, end);
}

function readElement(scanner: Scanner, depth: number): XmlElement {
  const start = scanner.at;
  if (depth > mostDepth) scanner.fail(`elements are nested deeper than ${mostDepth} levels`);
  const name = scanner.take(/<[A-Za-z_][\w.:-]*/y)?.slice(1) ?? scanner.fail('an element is expected here');
  const { line = 1 } = scanner.place(start);
  const attributes = readAttributes(scanner);
  scanner.skipBlanks();
  if (scanner.take(/\/>/y) !== undefined) return { name, attributes, children: [], text: '', line };
  if (!scanner.takeCharacter('>')) scanner.fail(`">" is expected in the start of <${name}>`);
  const { children, text } = readContent(scanner, name, start, depth);
  return { name, attributes, children, text, line };
}

function readAttributes(scanner: Scanner): Map<string, string> {
  const attributes = new Map<string, string>();
  for (let name = nextName(scanner); name !== undefined; name = nextName(scanner)) {
    if (scanner.take(/\s*=\s*/y) === undefined) scanner.fail(`"=" is expected after the attribute ${name}`);
    const value = scanner.take(/"[^"<]*"|'[^'<]*'/y) ?? scanner.fail(`a quoted value is expected for the attribute ${name}`);
    if (attributes.has(name)) scanner.fail(`the attribute ${name} is given a second time`);
    attributes.set(name, decode(value.slice(1, -1), scanner));
  }
  return attributes;
}

const nextName = (scanner: Scanner): string | undefined => scanner.take(/\s+[A-Za-z_][\w.:-]*/y)?.trim();

function readContent(scanner: Scanner, name: string, start: number, depth: number): { children: XmlElement[]; text: string } {
  const children: XmlElement[] = [];
  const parts: string[] = [];
  for (;;) {
    if (scanner.isAtEnd) scanner.fail(`<${name}> is not closed by </${name}>`, start);
    const plain = scanner.take(/[^<]+/y);
    if (plain !== undefined) parts.push(decode(plain, scanner));
    else if (scanner.text.startsWith('<![CDATA[', scanner.at)) parts.push(skipTo(scanner, '<![CDATA[', ']]>'));
    else if (scanner.text.startsWith('<!--', scanner.at)) skipTo(scanner, '<!--', '-->');
    else if (scanner.text.startsWith('</', scanner.at)) {
      const end = scanner.take(/<\/[\w.:-]*\s*>/y)?.slice(2, -1).trim(); // prettier-ignore
      if (end !== name) scanner.fail(`</${name}> is expected before the end of another element`);
      return { children, text: parts.join('') };
    } else children.push(readElement(scanner, depth + 1));
  }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decode(text: string, scanner: Scanner): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,10});?/g, (whole, name: string) => {
    const known = whole.endsWith(';') ? entities[name] : undefined;
    if (known !== undefined) return known;
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name) ?? [];
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    if (code > 0 && code <= 0x10ffff && whole.endsWith(';')) return String.fromCodePoint(code);
    return scanner.fail(`"${whole}" is no entity that is known here`);
  });
}
