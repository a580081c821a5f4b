import {
  ContractError, countJobs, deleteJobs, deleteProxy, findMissingFiles, fromJDL, getJob, getJobJdl, getJobLog, getOutputFile, getProxy, groupFailures, isFinal, isLive,
  killJobs, peekJob, reportUsage, rescheduleJobs, searchJobs, submitJobs, toJDL, uploadProxy, uploadSandboxFile, whoAmI, whyJob, whyJobs, type Answer,
  type HandlerInput, type Job, type Peek, type ProxyInfo, type Route, type Selection,
} from '@diraclab/contract'; // prettier-ignore
import { createHash } from 'node:crypto';
import { holds, type TinyJobs } from './tiny-jobs';

export interface Door {
  route: Route;
  does: (input: never, bytes: Buffer) => unknown;
}

export function tinyDoors(jobs: TinyJobs, stored: Map<string, Buffer>): Door[] {
  const door = <R extends Route>(route: R, does: (input: HandlerInput<R>, bytes: Buffer) => Answer<R> | Buffer): Door => ({ route, does });
  const rows = (where: Parameters<typeof holds>[1][] = []) => jobs.all().map(({ row }) => row).filter((row) => where.every((one) => holds(row, one))); // prettier-ignore
  const act = (does: (jobId: number) => void) => ({ body }: { body: Selection }) => {
    const result = { successful: [] as number[], failed: [] as { jobId: number; code: string; detail: string }[] };
    for (const jobId of body.jobIds ?? []) {
      try {
        does(jobId);
        result.successful.push(jobId);
      } catch (error) {
        const { code, message } = error as ContractError;
        result.failed.push({ jobId, code, detail: message });
      }
    }
    return result;
  }; // prettier-ignore

  let proxy: ProxyInfo | undefined;
  const storedProxy = (): ProxyInfo => {
    if (proxy === undefined) throw new ContractError('NotFound', 'You have stored no proxy.');
    return proxy;
  };

  return [
    door(getProxy, storedProxy),
    door(uploadProxy, ({ body }) => {
      if (!body.pem.includes('BEGIN')) throw new ContractError('BadRequest', 'There is no certificate in this PEM text.');
      const notAfterTime = new Date(Date.now() + 3_600_000).toISOString();
      proxy = {
        subject: '/CN=alice\x1b[31m', issuer: '/CN=ca', notAfterTime, vo: 'laptop', ownerGroup: 'users', fqans: ['/vo/Role=NULL'],
        uploadTime: notAfterTime, expired: false, warning: 'The proxy expires soon.',
      }; // prettier-ignore
      return proxy;
    }),
    door(deleteProxy, () => {
      const { subject } = storedProxy();
      proxy = undefined;
      return { subject };
    }),
    door(isLive, () => ({ status: 'live' as const, version: '0' })),
    door(whoAmI, () => ({
      owner: 'alice', ownerGroup: 'users', vo: 'laptop', properties: ['NormalUser' as const],
      personId: null, name: 'alice', tokenId: null, tokenExpiresTime: null, scopes: null, memberships: [],
      server: { version: '0', mode: 'laptop' as const, startTime: '2026-11-22T10:00:00.000Z', maxBulkJobs: 100_000, maxSandboxFileBytes: 1e8 },
    })), // prettier-ignore
    door(submitJobs, ({ body }) => {
      const {
        description = fromJDL(body.jdl ?? '').description,
        parameters = body.jdl === undefined ? undefined : fromJDL(body.jdl).parameters,
      } = body;
      const inputSandbox = body.inputSandbox ?? description.inputSandbox;
      return jobs.submit({ ...body, parameters, description: inputSandbox === undefined ? description : { ...description, inputSandbox } });
    }),
    door(getJobJdl, ({ params }) => {
      const { description } = jobs.get(params.jobId);
      return { jdl: toJDL(description), description };
    }),
    door(searchJobs, ({ body }) => {
      const { where, limit = 100, after } = body;
      const all = body.sort?.direction === 'desc' ? rows(where).reverse() : rows(where);
      const first = Number(after ?? 0);
      return { jobs: all.slice(first, first + limit), total: all.length, next: first + limit < all.length ? String(first + limit) : null };
    }),
    door(countJobs, ({ body }) => {
      const counts = new Map<string, number>();
      for (const row of rows(body.where)) counts.set(row[body.groupBy] ?? '', (counts.get(row[body.groupBy] ?? '') ?? 0) + 1);
      return { counts: [...counts].map(([value, count]) => ({ value, count })) };
    }),
    door(reportUsage, ({ body }) => ({
      plot: body.plot, unit: 's' as const, from: '2026-11-22T10:00:00.000Z', to: '2026-11-22T12:00:00.000Z', bucketS: 3600,
      upTo: '2026-11-22T12:00:00.000Z',
      series: [{ key: `by ${body.groupBy}`, values: [7200, 28_800], total: 36_000 }, { key: 'Evil \u001b[31m', values: [1, null], total: null }],
    })), // prettier-ignore
    door(killJobs, act(jobs.kill)),
    door(rescheduleJobs, act(jobs.reschedule)),
    door(deleteJobs, act(jobs.delete)),
    door(getJob, ({ params }) => {
      const { row, description, files } = jobs.get(params.jobId);
      const outputs = [...files].map(([path, bytes]) => ({ path, digest: sha256(bytes), sizeBytes: bytes.length }));
      return { ...row, description, outputs, attempts: [], jobParameters: [], killedBy: null };
    }),
    door(getJobLog, ({ params }) => ({ entries: jobs.get(params.jobId).log })),
    door(peekJob, ({ params, query }) => peekAt(jobs.get(params.jobId), query.stream ?? 'stdout', query.from ?? 0)),
    door(whyJob, ({ params }) => {
      const { jobId, status, lastUpdateTime } = jobs.get(params.jobId).row;
      return {
        jobId, status, since: lastUpdateTime, evaluatedTime: lastUpdateTime, code: 'NO_FREE_SLOT', actor: 'turn' as const,
        headline: 'No pilot has a free slot.', fits: { now: 1, of: 2 }, causes: [],
        funnel: [{ code: null, text: 'resources of your VO', left: 2 }, { code: 'MISSING_TAG', text: 'with tag GPU', left: 1 }],
        changes: [{ change: { tags: [] }, text: 'without the tag GPU: fits 2 resources of 2', fits: 2 }],
        order: { ahead: 3, competing: 40, startedLastHour: 5, typicalWait: { p50Ms: 60_000, p90Ms: 600_000, jobs: 5, of: 'queue' as const } },
        next: null,
      }; // prettier-ignore
    }),
    door(whyJobs, ({ body }) => {
      // One job a page, so that whoever reads them must go on.
      const all = rows(body.where);
      const at = Number(body.after ?? 0);
      const one = all[at];
      const groups = one === undefined ? [] : [{ status: one.status, code: 'TURN', actor: 'turn' as const, text: 'It waits for its turn.', jobs: 1, exampleJobId: one.jobId, fits: null, next: null }];
      return { groups, jobs: groups.length, next: at + 1 < all.length ? String(at + 1) : null };
    }), // prettier-ignore
    door(groupFailures, ({ body }) => {
      const failed = rows(body.where).filter(({ status }) => status === 'Failed');
      const at = Number(body.after ?? 0);
      const one = failed[at];
      const failures = one === undefined ? [] : [{ signature: 'exit <n>', site: one.site, endReason: 'exit' as const, exitCode: 1, jobs: 1, firstTime: one.lastUpdateTime, lastTime: one.lastUpdateTime, sampleJobId: one.jobId, sample: 'exit 1', onlyHere: true }];
      return { failures, jobs: failures.length, next: at + 1 < failed.length ? String(at + 1) : null };
    }), // prettier-ignore
    door(getOutputFile, ({ params, query }) => {
      const bytes = jobs.get(params.jobId).files.get(query.path);
      if (bytes === undefined) throw new ContractError('NotFound', `Job ${params.jobId} has no output ${query.path}.`);
      return bytes;
    }),
    door(findMissingFiles, ({ body }) => ({ missing: body.digests.filter((digest) => !stored.has(digest)) })),
    door(uploadSandboxFile, ({ params }, bytes) => {
      if (sha256(bytes) !== params.digest) throw new ContractError('DigestMismatch', 'The bytes are others than announced.');
      stored.set(params.digest, bytes);
      return { digest: params.digest, sizeBytes: bytes.length };
    }),
  ];
}

export function peekAt(job: { row: Job; written: Record<'stdout' | 'stderr', string> }, stream: 'stdout' | 'stderr', from: number): Peek {
  const bytes = Buffer.from(job.written[stream]);
  const first = from < 0 ? Math.max(0, bytes.length + from) : from;
  return {
    stream,
    from: first,
    text: bytes.subarray(first).toString('utf8'),
    end: Math.max(first, bytes.length),
    complete: isFinal(job.row.status),
  };
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
