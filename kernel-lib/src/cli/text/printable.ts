declare const safe: unique symbol;

/**
 * Text that may go to a terminal. Job names, statuses and output come from other people: an escape sequence in them could rewrite the
 * screen, set the clipboard (OSC 52) or fake a link (OSC 8). The writers of io.ts take nothing but this type, so nothing is forgotten.
 */
export type Printable = string & { readonly [safe]: true };

/**
 * C0 without tab and newline, DEL, C1 (8-bit CSI and OSC), the direction marks that make text read differently from what it is, and the
 * Unicode line breaks. Carriage return is among them: it overwrites what stands on the line.
 */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const unsafeOrBreak = new RegExp(`${unsafe.source}|[\\t\\n]`, 'g');

/** Several lines: newlines and tabs stay, `\r\n` and a lone `\r` (progress bars) become newlines, the rest becomes visible. */
export function lines(text: string): Printable {
  return text.replace(/\r\n?/g, '\n').replace(unsafe, visible) as Printable;
}

/** One line: newlines and tabs become visible too. */
export function oneLine(text: string): Printable {
  return text.replace(unsafeOrBreak, visible) as Printable;
}

/** A sentence of ours with values of others: ``say`job ${jobId}: ${job.minorStatus}` ``. */
export function say(parts: TemplateStringsArray, ...values: readonly (string | number)[]): Printable {
  return parts.reduce((text, part, i) => text + oneLine(String(values[i - 1])) + part) as Printable;
}

/** Puts together what is printable already. */
export function join(parts: readonly Printable[], separator: '' | ' ' | '  ' | ',' | '\n' = ''): Printable {
  return parts.join(separator) as Printable;
}

/** JSON stays the same JSON: what JSON.stringify leaves alone is written as \uXXXX. */
export function json(value: unknown, indent?: number): Printable {
  return JSON.stringify(value, null, indent).replace(unsafe, (c) => `\\u${hex(c, 4)}`) as Printable;
}

/** Sequences of our own: colours, cursor. */
export function control(sequence: string): Printable {
  return sequence as Printable;
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return code <= 0xff ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
