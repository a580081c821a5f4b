import type { Readable } from 'node:stream';
import type { Env } from '../connection';
import type { Printable } from './text/printable';

/** Everything a command may touch of the process it runs in. */
export interface Io {
  env: Env;
  cwd: string;
  stdin: Readable;
  stdinIsTty: boolean;
  outIsTty: boolean;
  errIsTty: boolean;
  /** Of the terminal, now. */
  size: () => { columns: number; rows: number };
  now: () => Date;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Data, as it is. */
  write: (text: Printable) => void;
  /** Data and a newline. */
  print: (text: Printable) => void;
  /** A line for people, on standard error. */
  note: (text: Printable) => void;
}

export function processIo(signal: AbortSignal): Io {
  const { stdin, stdout, stderr } = process;
  // `dstat | head` closes the pipe when it has seen enough: not an error of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') stderr.write(`cannot write to standard output: ${error.message}\n`);
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  // Nobody reads our notes any more: `dkill … 2>&1 | head`. What was asked for is done all the same.
  stderr.on('error', () => {});
  return {
    env: process.env,
    cwd: process.cwd(),
    stdin,
    stdinIsTty: stdin.isTTY === true,
    outIsTty: stdout.isTTY === true,
    errIsTty: stderr.isTTY === true,
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    now: () => new Date(),
    signal,
    write: (text) => void stdout.write(text),
    print: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
  };
}
