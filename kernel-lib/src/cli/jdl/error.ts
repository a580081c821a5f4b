import { CliError, exitCodes } from '../exit-codes';

/** What is wrong with a JDL text, and where: `job.jdl, line 3, column 14: …`. */
export class JdlError extends CliError {
  readonly line: number;
  readonly column: number;
  constructor(origin: string, line: number, column: number, message: string) {
    super(exitCodes.usage, `${origin}, line ${line}, column ${column}: ${message}`);
    this.name = 'JdlError';
    this.line = line;
    this.column = column;
  }
}
