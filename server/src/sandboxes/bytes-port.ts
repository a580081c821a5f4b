import type { Readable } from 'node:stream';

/** Where the bytes of sandbox files are: on this machine's disk, or where several servers find them. Known by their sha256, never changed. */
export interface SandboxBytes {
  /** Said in errors: a folder, or a bucket. */
  readonly place: string;
  /** Takes a complete file whose digest was checked, and makes it durable. A folder moves the file there; a
   * bucket reads it, and may be given it again. The caller removes what is left. */
  keep(path: string, digest: string, sizeBytes: number): Promise<void>;
  has(digest: string): Promise<boolean>;
  /** Undefined where there are no such bytes; so in `read`. */
  open(digest: string): Promise<{ stream: Readable; sizeBytes: number } | undefined>;
  /** Up to `mostBytes` from an offset on; fewer at the end. */
  read(digest: string, from: number, mostBytes: number): Promise<Buffer | undefined>;
  /** Nothing to remove is no error. */
  remove(digest: string): Promise<void>;
  /** Some of the files stored before a time, and where to go on; without `next` the walk is through. */
  listOld(beforeMs: number, after: string | undefined): Promise<{ digests: string[]; next: string | undefined }>;
}

export const isDigest = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);
