/** A failure that a person can mend: what is wrong, and what to do now. It is shown without a stack. */
export class Remedy extends Error {
  constructor(problem, remedy) {
    super(`${problem} ${remedy}`);
    this.name = 'Remedy';
  }
}

/** Ends the process with exit code 1 and the error in words; our own mistakes keep their stack. */
export function fail(error) {
  process.stderr.write(`diraclab: ${error instanceof Remedy ? error.message : (error?.stack ?? error)}\n`);
  process.exit(1);
}
