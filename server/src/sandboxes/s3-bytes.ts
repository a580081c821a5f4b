import {
  DeleteObjectCommand, GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'; // prettier-ignore
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { isDigest } from './bytes-port.ts';
import type { SandboxBytes } from './bytes-port.ts';

export interface S3Location {
  endpoint?: string | undefined;
  region: string;
  bucket: string;
  /** Before every key; ends with a slash where it is one. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Objects of one bucket, for servers that share it. The key is the digest, so putting the same file twice changes nothing. */
export async function createS3Bytes({ endpoint, region, bucket, prefix, ...credentials }: S3Location): Promise<SandboxBytes> {
  const client = new S3Client({
    region,
    credentials,
    // Services other than Amazon's name the bucket in the path.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // We give the checksum ourselves, from the digest; older services know none and refuse those that the client adds.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const place = `s3://${bucket}/${prefix}`;
  await client.send(new HeadBucketCommand({ Bucket: bucket })).catch((error: unknown) => {
    throw new Error(`The sandbox store ${place} cannot be used: ${error instanceof Error ? `${error.name} ${error.message}` : 'no answer'}. Make the bucket, or mend endpoint and credentials in the configuration.`, { cause: error }); // prettier-ignore
  });
  const object = (digest: string) => ({ Bucket: bucket, Key: `${prefix}${digest}` });

  const has = async (digest: string): Promise<boolean> =>
    (await client.send(new HeadObjectCommand(object(digest))).catch(ifAbsent)) !== undefined;

  return {
    place,
    has,
    async keep(path, digest, sizeBytes) {
      await client.send(new PutObjectCommand({ ...object(digest), Body: createReadStream(path), ContentLength: sizeBytes }));
    },
    async open(digest) {
      const found = await client.send(new GetObjectCommand(object(digest))).catch(ifAbsent);
      return found && { stream: found.Body as Readable, sizeBytes: found.ContentLength ?? 0 };
    },
    async read(digest, from, mostBytes) {
      if (mostBytes === 0) return (await has(digest)) ? Buffer.alloc(0) : undefined;
      const found = await client
        .send(new GetObjectCommand({ ...object(digest), Range: `bytes=${from}-${from + mostBytes - 1}` }))
        .catch(ifAbsent);
      return found && Buffer.from((await found.Body?.transformToByteArray()) ?? []);
    },
    async remove(digest) {
      await client.send(new DeleteObjectCommand(object(digest)));
    },
    async listOld(beforeMs, after) {
      const { Contents = [], IsTruncated } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(after === undefined ? {} : { StartAfter: `${prefix}${after}` }) }),
      );
      const files = Contents.map(({ Key = '', LastModified }) => ({
        name: Key.slice(prefix.length),
        ms: LastModified?.getTime() ?? Infinity,
      }));
      const digests = files.filter(({ name, ms }) => isDigest(name) && ms < beforeMs).map(({ name }) => name);
      return { digests, next: IsTruncated === true ? files.at(-1)?.name : undefined };
    },
  };
}

function ifAbsent(error: unknown): undefined {
  if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
  throw error;
}
