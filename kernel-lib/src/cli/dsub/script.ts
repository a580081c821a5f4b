import { type JdlAttribute, readJdl } from '@diraclab/contract';
import { open, stat } from 'node:fs/promises';
import { cannotRead } from './local-files';

/** Directives stand near the top of a script; a large data file that is "executed" is not searched. */
const mostSearchedBytes = 1024 * 1024;

export interface Script {
  /** `fit.sh`, `standard input`. */
  name: string;
  text: string;
  /** Nul bytes, as a program has: no script. */
  isBinary: boolean;
}

export async function readScript(path: string, name: string): Promise<Script> {
  const { size } = await stat(path);
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw cannotRead(path, error);
  });
  try {
    const buffer = Buffer.alloc(Math.min(size, mostSearchedBytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const start = buffer.subarray(0, bytesRead);
    return { name, text: start.toString('utf8'), isBinary: start.includes(0) };
  } finally {
    await handle.close();
  }
}

/** The `#JDL Key = value` lines. */
export function directivesOf({ name, text, isBinary }: Script): JdlAttribute[] {
  if (isBinary) return [];
  return text.split('\n').flatMap((row, i) => {
    const [, head = '', directive] = /^(#JDL[ \t]+)(.*?)\r?$/.exec(row) ?? [];
    return directive === undefined ? [] : readJdl(directive, { name, line: i + 1, column: head.length + 1 });
  });
}

/** A text that does not say by what it is run would fail to start: a shell runs it, as DIRAC's does. */
export const needsShell = ({ text, isBinary }: Script): boolean => !isBinary && !text.startsWith('#!');
