import { ContractError } from './errors';

/** A text that is no query, with the place in it: `column` counts from 1. */
export class JobQueryError extends ContractError {
  readonly column: number;
  /** Letters that are wrong from there on. */
  readonly length: number;

  constructor(sentence: string, place: { column: number; length: number }, next?: string) {
    super('BadRequest', `${sentence} (column ${place.column})`, next === undefined ? {} : { next });
    this.name = 'JobQueryError';
    this.column = place.column;
    this.length = place.length;
  }
}

export interface Word {
  text: string;
  /** In quotes nothing has a meaning of its own. */
  quoted: boolean;
  column: number;
  length: number;
}

/** `key`, its comparison and what it is compared with; or a word that stands alone. */
export interface Term {
  key?: Word;
  sign?: string;
  values: Word[];
}

const longestQuery = 10_000;
const signs = ['!=', '<=', '>=', '!~', '=', '<', '>', '~'];
const endsBareWord = /[\s,]/;
const endsName = /[\s,=!<>~"']/;

/** Terms of a query, in one pass from left to right. */
export function scanQuery(text: string): Term[] {
  if (text.length > longestQuery)
    throw new JobQueryError(`A query has at most ${longestQuery} letters; this one has ${text.length}.`, {
      column: longestQuery,
      length: 1,
    });
  const scanner = new Scanner(text);
  const terms: Term[] = [];
  for (scanner.skip(); !scanner.atEnd; scanner.skip()) terms.push(scanner.term());
  return terms;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  skip(): void {
    while (!this.atEnd && /\s/.test(this.#letter)) this.#at += 1;
  }

  term(): Term {
    if (this.#isQuote) return { values: [this.#quoted()] };
    const start = this.#at;
    const key = this.#until(endsName);
    this.skip();
    const sign = signs.find((one) => this.#text.startsWith(one, this.#at));
    if (sign === undefined) {
      this.#at = start;
      const word = this.#until(endsBareWord);
      if (word.text !== '') return { values: [word] };
    }
    if (sign === undefined || key.text === '')
      throw new JobQueryError(
        `A key is missing before "${this.#letter}".`,
        { column: start + 1, length: 1 },
        'Write for example state=Failed.',
      );
    this.#at += sign.length;
    return { key, sign, values: this.#list() };
  }

  #list(): Word[] {
    const values: Word[] = [];
    for (;;) {
      this.skip();
      values.push(this.#isQuote ? this.#quoted() : this.#until(endsBareWord));
      const end = this.#at;
      this.skip();
      if (this.#letter !== ',') {
        this.#at = end;
        return values;
      }
      this.#at += 1;
    }
  }

  get #letter(): string {
    return this.#text[this.#at] ?? '';
  }

  get #isQuote(): boolean {
    return this.#letter === '"' || this.#letter === "'";
  }

  #until(end: RegExp): Word {
    const start = this.#at;
    while (!this.atEnd && !end.test(this.#letter)) this.#at += 1;
    return { text: this.#text.slice(start, this.#at), quoted: false, column: start + 1, length: this.#at - start };
  }

  /** A backslash before a quote or a backslash makes it a letter. */
  #quoted(): Word {
    const start = this.#at;
    const quote = this.#letter;
    let text = '';
    for (this.#at += 1; this.#letter !== quote; this.#at += 1) {
      if (this.atEnd) throw new JobQueryError('The quote is not closed.', { column: start + 1, length: 1 }, `Write ${quote} at its end.`);
      if (this.#letter === '\\' && /["'\\]/.test(this.#text[this.#at + 1] ?? '')) this.#at += 1;
      text += this.#letter;
    }
    this.#at += 1;
    return { text, quoted: true, column: start + 1, length: this.#at - start };
  }
}
