import { JdlError } from './error';

export interface Origin {
  /** For messages: a file's name, or `the JDL`. */
  name: string;
  /** Where the text begins in it: a directive of a script begins in the middle. */
  line?: number;
  column?: number;
}

/** Walks a text once, forward only; each rule is a sticky expression without nested repeats, so reading is linear. */
export class Scanner {
  readonly text: string;
  readonly origin: Origin;
  at = 0;

  constructor(text: string, origin: Origin) {
    this.text = text;
    this.origin = origin;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  get next(): string {
    return this.text[this.at] ?? '';
  }

  /** Takes what the sticky expression matches here; undefined when it does not. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at += match[0].length;
    return match[0];
  }

  takeCharacter(character: string): boolean {
    if (this.next !== character) return false;
    this.at += 1;
    return true;
  }

  skipBlanks(): void {
    this.take(/\s*/y);
  }

  // Blanks and comments (# …, // …, /* … */), where an attribute may begin.
  skipComments(): void {
    for (;;) {
      this.skipBlanks();
      if (this.take(/(?:#|\/\/)[^\n]*/y) !== undefined) continue;
      if (!this.text.startsWith('/*', this.at)) return;
      const end = this.text.indexOf('*/', this.at + 2);
      if (end < 0) this.fail('this comment is not closed');
      this.at = end + 2;
    }
  }

  place(at = this.at): { line: number; column: number } {
    const before = this.text.slice(0, at);
    const lines = before.split('\n');
    const inFirst = lines.length === 1;
    const column = (lines.at(-1)?.length ?? 0) + 1;
    return { line: lines.length + (this.origin.line ?? 1) - 1, column: inFirst ? column + (this.origin.column ?? 1) - 1 : column };
  }

  fail(message: string, at = this.at): never {
    const { line, column } = this.place(at);
    throw new JdlError(this.origin.name, line, column, message);
  }
}
