import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { SandboxBytes } from '../../server/src/sandboxes/bytes-port.ts';
import { createFileBytes } from '../../server/src/sandboxes/file-bytes.ts';
import { openSandboxBytes } from '../../server/src/sandboxes/open-bytes.ts';
import { installTimeoutMs, startS3 } from '../parts/part.ts';
import type { S3Part } from '../parts/part.ts';

let folder: string;
let s3: S3Part;
beforeAll(async () => {
  s3 = await startS3();
}, installTimeoutMs);
afterAll(() => s3.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diraclab-bytes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const kinds: [string, () => Promise<SandboxBytes>][] = [
  ['a folder', () => Promise.resolve(createFileBytes(join(folder, 'kept')))],
  ['a bucket', () => openSandboxBytes({ ...s3.place, prefix: `${randomBytes(4).toString('hex')}/` }, folder)],
];

describe.each(kinds)('bytes of sandboxes in %s', (_name, open) => {
  async function keep(bytes: SandboxBytes, data: Buffer): Promise<string> {
    const path = join(folder, randomBytes(4).toString('hex'));
    await writeFile(path, data);
    const digest = createHash('sha256').update(data).digest('hex');
    await bytes.keep(path, digest, data.length);
    return digest;
  }
  const all = async (bytes: SandboxBytes, digest: string): Promise<{ sizeBytes: number | undefined; data: Buffer }> => {
    const found = await bytes.open(digest);
    const chunks: Buffer[] = [];
    for await (const chunk of found?.stream ?? []) chunks.push(chunk as Buffer);
    return { sizeBytes: found?.sizeBytes, data: Buffer.concat(chunks) };
  };

  it('come back as they went in, whole and in part, also none and many', async () => {
    const bytes = await open();
    for (const data of [Buffer.alloc(0), Buffer.from('hello'), randomBytes(6_000_000)]) {
      const digest = await keep(bytes, data);
      expect(await bytes.has(digest)).toBe(true);
      const whole = await all(bytes, digest);
      expect([whole.sizeBytes, whole.data.equals(data)]).toEqual([data.length, true]);
      const from = Math.min(2, data.length);
      const part = await bytes.read(digest, from, Math.min(3, data.length - from));
      expect(part?.equals(data.subarray(from, from + 3))).toBe(true);
    }
  });

  it('that are not there are not there, and removing them is no error', async () => {
    const bytes = await open();
    const digest = 'a'.repeat(64);
    expect([await bytes.has(digest), await bytes.open(digest), await bytes.read(digest, 0, 5), await bytes.read(digest, 0, 0)]).toEqual([
      false,
      undefined,
      undefined,
      undefined,
    ]);
    await bytes.remove(digest);
    const kept = await keep(bytes, Buffer.from('x'));
    await bytes.remove(kept);
    expect(await bytes.has(kept)).toBe(false);
  });

  it('are walked through, those that are old enough, once each', async () => {
    const bytes = await open();
    const digests = await Promise.all(['a', 'b', 'c', 'd'].map((text) => keep(bytes, Buffer.from(text))));
    const walk = async (beforeMs: number): Promise<string[]> => {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await bytes.listOld(beforeMs, after);
        found.push(...page.digests);
        after = page.next;
      } while (after !== undefined);
      return found;
    };
    expect((await walk(Date.now() + 60_000)).sort()).toEqual(digests.sort());
    expect(await walk(Date.now() - 60_000)).toEqual([]);
  });
});

describe('the place of sandboxes in the configuration', () => {
  it('a bucket that is not there, credentials that others read or that are none: one sentence, and no secret in it', async () => {
    await expect(openSandboxBytes({ ...s3.place, bucket: 'nowhere' }, folder)).rejects.toThrow(
      'The sandbox store s3://nowhere/sandboxes/ cannot be used',
    );
    const file = join(folder, 'keys.json');
    await writeFile(file, '{"accessKeyId": "a", "secretAccessKey": "canary"', { mode: 0o644 });
    const place = { ...s3.place, credentialsFile: file };
    await expect(openSandboxBytes(place, folder)).rejects.toThrow('chmod 600');
    await rm(file);
    await writeFile(file, '{"accessKeyId": "a", "secretAccessKey": canary', { mode: 0o600 });
    const error: unknown = await openSandboxBytes(place, folder).catch((cause: unknown) => cause);
    expect(String(error)).toContain('are not JSON');
    expect(inspect(error)).not.toContain('canary');
  });
});
