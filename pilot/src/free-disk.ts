import { statfs } from 'node:fs/promises';

/** Bytes that this user may still write there; undefined where the file system does not say. */
export async function freeDiskBytes(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize, blocks } = await statfs(directory);
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined;
  }
}
