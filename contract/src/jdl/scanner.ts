import { JdlError } from './error';
import type { Place } from './error';

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
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    this.steps += 1 + (match?.[0].length ?? 0);
    if (match === null) return undefined;
    this.at += match[0].length;
    return match[0];
  }

  takeCharacter(character: string): boolean {
    if (this.next !== character) return false;
    this.at += 1;
    this.steps += 1;
    return true;
  }

  skipBlanks(): void {
    this.take(/\s*/y);
  }

  /** Blanks and comments (of a line with # or //, of any length with /* …), where a name or a value may begin. */
  skipComments(): void {
    for (;;) {
      this.skipBlanks();
      if (this.take(/(?:#|\/\/)[^\n]*/y) !== undefined) continue;
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
