import { JdlError } from './error';
import type { Place } from './error';

// Made once: a literal in a function is a new object at each call.
const blanks = /\s*/y;
const lineComment = /(?:#|\/\/)[^\n]*/y;

/** Walks a text once, forward only; each rule is a sticky expression without nested repeats, so reading is linear. */
export class Scanner {
  readonly text: string;
  readonly origin: Place;
  at = 0;
  /** Characters taken so far, those that were given back included: what a test of linearity counts. */
  steps = 0;
  #line: number;
  /** Up to here the lines are counted; places are asked for in ascending order, but for the one of an error. */
  #counted = 0;
  #lineStart = 0;

  constructor(text: string, origin: Place) {
    this.text = text;
    this.origin = origin;
    this.#line = origin.line ?? 1;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  get next(): string {
    return this.text[this.at] ?? '';
  }

  /** Takes what the sticky expression matches here; undefined when it does not. */
  take(pattern: RegExp): string | undefined {
    const start = this.at;
    return this.skip(pattern) ? this.text.slice(start, this.at) : undefined;
  }

  /** As {@link take}, without making a text of it; `test` makes no list of matches either, which halves the time of reading. */
  skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.test(this.text);
    this.steps += 1 + (found ? pattern.lastIndex - this.at : 0);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  takeCharacter(character: string): boolean {
    if (this.next !== character) return false;
    this.at += 1;
    this.steps += 1;
    return true;
  }

  skipBlanks(): void {
    const code = this.text.charCodeAt(this.at);
    // Most places have no blank; NaN at the end.
    if (code <= 32 || code > 127) this.skip(blanks);
  }

  /** Blanks and comments (of a line with # or //, of any length with /* …), where a name or a value may begin. */
  skipComments(): void {
    for (;;) {
      this.skipBlanks();
      if (this.next !== '#' && this.next !== '/') return;
      if (this.skip(lineComment)) continue;
      if (!this.text.startsWith('/*', this.at)) return;
      const end = this.text.indexOf('*/', this.at + 2);
      if (end < 0) this.fail('this comment is not closed by "*/"');
      this.steps += end + 2 - this.at;
      this.at = end + 2;
    }
  }

  place(at = this.at): Place {
    if (at < this.#counted) this.#startOver();
    for (let i = this.text.indexOf('\n', this.#counted); i >= 0 && i < at; i = this.text.indexOf('\n', i + 1)) {
      this.#line += 1;
      this.#lineStart = i + 1;
    }
    this.#counted = at;
    const inFirst = this.#lineStart === 0;
    const column = at - this.#lineStart + 1;
    return { name: this.origin.name, line: this.#line, column: inFirst ? column + (this.origin.column ?? 1) - 1 : column };
  }

  fail(message: string, at = this.at): never {
    throw new JdlError(this.place(at), message);
  }

  #startOver(): void {
    this.#line = this.origin.line ?? 1;
    this.#counted = 0;
    this.#lineStart = 0;
  }
}
