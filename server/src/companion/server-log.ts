import { closeSync, copyFileSync, fstatSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

export const serverLogPath = (dataDirectory: string): string => join(dataDirectory, 'server.log');

const maxLogBytes = 10 * 1024 * 1024;

/**
 * Keeps server.log below 10 MB and its predecessor as server.log.1. The server itself holds the file open and outlives any one companion, so
 * the file is copied and emptied rather than renamed; it is open for appending, so the next line starts at zero. Lines written between
 * copy and emptying are lost, which a log this large can bear.
 */
export function rotateServerLog(dataDirectory: string): void {
  const path = serverLogPath(dataDirectory);
  try {
    if (statSync(path).size <= maxLogBytes) return;
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      process.stderr.write(`companion: ${path} could not be rotated: ${(error as Error).message}\n`);
  }
}

const tailBytes = 4_096;
const tailLines = 8;

/** What was logged since `fromByte`: the last lines of it. */
export function tailServerLog(dataDirectory: string, fromByte: number): string[] {
  let file: number | undefined;
  try {
    file = openSync(serverLogPath(dataDirectory), 'r');
    const { size } = fstatSync(file);
    // Rotated meanwhile: all of it is new.
    const start = Math.max(fromByte > size ? 0 : fromByte, size - tailBytes);
    const buffer = Buffer.alloc(size - start);
    const read = readSync(file, buffer, 0, buffer.length, start);
    return buffer
      .toString('utf8', 0, read)
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-tailLines);
  } catch {
    return [];
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
