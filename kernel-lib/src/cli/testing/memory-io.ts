import { Readable } from 'node:stream';
import type { Io } from '../io';

export interface MemoryIo extends Io {
  /** What was written to standard output and error. */
  out: () => string;
  err: () => string;
}

/** A process that exists in memory only: for what needs no server. */
export function memoryIo(over: Partial<Io> & { input?: string } = {}): MemoryIo {
  let out = '';
  let err = '';
  const { input = '', ...rest } = over;
  return {
    env: {},
    cwd: '/nowhere',
    stdin: Readable.from([Buffer.from(input)]),
    stdinIsTty: false,
    outIsTty: false,
    errIsTty: false,
    size: () => ({ columns: 80, rows: 24 }),
    now: () => new Date('2026-11-22T12:34:56.000Z'),
    signal: new AbortController().signal,
    write: (text) => void (out += text),
    print: (text) => void (out += `${text}\n`),
    note: (text) => void (err += `${text}\n`),
    ...rest,
    out: () => out,
    err: () => err,
  };
}
