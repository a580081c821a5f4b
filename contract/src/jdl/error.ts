import { ContractError } from '../errors';

export interface Place {
  /** `job.jdl`, `the JDL`, `--CPUTime`. */
  name: string;
  /** From 1; absent where the text is no file's, such as an option's. */
  line?: number | undefined;
  column?: number | undefined;
}

export const sayPlace = ({ name, line, column }: Place): string =>
  line === undefined ? name : `${name}, line ${line}, column ${column ?? 1}`;

/** What is wrong with a JDL text, and where: `job.jdl, line 3, column 14: …`. On the wire a BadRequest with line and column among its ids. */
export class JdlError extends ContractError {
  readonly line: number | undefined;
  readonly column: number | undefined;
  constructor(place: Place, message: string, next?: string) {
    const { line, column } = place;
    super('BadRequest', `${sayPlace(place)}: ${message}`, {
      ...(next === undefined ? {} : { next }),
      ...(line === undefined ? {} : { ids: { line, column: column ?? 1 } }),
    });
    this.line = line;
    this.column = column;
  }
}
