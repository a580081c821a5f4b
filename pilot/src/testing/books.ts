import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import {
  ContractError,
  isFinal,
  type Answer,
  type CallInput,
  type JobDescription,
  type JobReport,
  type JobReportAnswer,
  type MatchedJob,
  type matchJobs,
  type ResourceOffer,
  type SandboxFile,
  type StatusReport,
  type reportJobs,
} from '@diraclab/contract';

/** What the test server knows of one job. */
export interface BookedJob {
  readonly matched: MatchedJob;
  readonly statuses: StatusReport[];
  readonly output: { stdout: string; stderr: string };
  readonly outputEnd: { stdout: number; stderr: number };
  isMatched: boolean;
  isStale: boolean;
  command: 'Kill' | null;
}

export type Books = ReturnType<typeof createBooks>;

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export function createBooks() {
  const jobs = new Map<number, BookedJob>();
  const files = new Map<string, Buffer>();
  const offers: ResourceOffer[] = [];
  const news = new EventTarget();
  setMaxListeners(0, news);
  const state = { stopOnMatch: false, stopOnReport: false, nextReportMs: 1000, endings: 0, reports: 0 };
  const tell = () => news.dispatchEvent(new Event('news'));

  function take(report: JobReport): JobReportAnswer {
    const job = jobs.get(report.jobId);
    if (job === undefined || job.isStale || job.matched.attempt !== report.attempt) {
      return {
        jobId: report.jobId,
        attempt: report.attempt,
        outcome: 'stale',
        sequence: 0,
        command: null,
        outputEnd: { stdout: 0, stderr: 0 },
      };
    }
    let refused: string | undefined;
    for (const status of report.statuses) {
      if (status.sequence !== job.statuses.length + 1) continue;
      const lacking = status.end?.outputs.find(({ digest }) => !files.has(digest));
      if (lacking === undefined) job.statuses.push(status);
      else refused = `no file ${lacking.path}`;
    }
    for (const { stream, from, text, end } of report.output ?? []) {
      if (from < job.outputEnd[stream]) continue;
      job.output[stream] += from > job.outputEnd[stream] ? `[…]${text}` : text;
      job.outputEnd[stream] = end;
    }
    return {
      jobId: report.jobId,
      attempt: report.attempt,
      outcome: refused === undefined ? 'accepted' : 'refused',
      ...(refused === undefined ? {} : { detail: refused }),
      sequence: job.statuses.length,
      command: job.command,
      outputEnd: job.outputEnd,
    };
  }

  return {
    jobs,
    files,
    offers,
    state,
    submit(description: JobDescription, more: { maxOutputBytes?: number } = {}): BookedJob {
      const jobId = jobs.size + 1;
      const matched: MatchedJob = {
        jobId, attempt: 1, description, owner: 'alice', ownerGroup: 'users', vo: 'vo.example.org', site: 'LCG.Local.org',
        maxOutputBytes: more.maxOutputBytes ?? 10_000_000, processors: description.numberOfProcessors ?? 1,
      }; // prettier-ignore
      const job: BookedJob = {
        matched, statuses: [], output: { stdout: '', stderr: '' }, outputEnd: { stdout: 0, stderr: 0 }, isMatched: false, isStale: false, command: null,
      }; // prettier-ignore
      jobs.set(jobId, job);
      tell();
      return job;
    },
    input(path: string, content: string, more: { executable?: boolean } = {}): SandboxFile {
      const bytes = Buffer.from(content);
      files.set(digestOf(bytes), bytes);
      return { path, digest: digestOf(bytes), sizeBytes: bytes.length, ...more };
    },
    inputFile(jobId: number, path: string): Buffer {
      const file = jobs.get(jobId)?.matched.description.inputSandbox?.find((input) => input.path === path);
      const bytes = file === undefined ? undefined : files.get(file.digest);
      if (bytes === undefined) throw new ContractError('NotFound', `no file ${path} in the input sandbox of job ${jobId}`);
      return bytes;
    },
    store(digest: string, bytes: Buffer) {
      if (digestOf(bytes) !== digest) throw new ContractError('DigestMismatch', 'other bytes');
      files.set(digest, bytes);
      return { digest, sizeBytes: bytes.length };
    },
    async match(offer: ResourceOffer, left: AbortSignal): Promise<Answer<typeof matchJobs>> {
      offers.push(offer);
      left.addEventListener('abort', tell);
      const waiting = () => [...jobs.values()].filter(({ isMatched }) => !isMatched).slice(0, offer.slots);
      const untilMs = performance.now() + offer.waitMs;
      while (waiting().length === 0 && !state.stopOnMatch && performance.now() < untilMs && !left.aborted)
        await once(news, untilMs - performance.now());
      const matched = left.aborted ? [] : waiting();
      for (const job of matched) job.isMatched = true;
      return { jobs: matched.map((job) => job.matched), stop: state.stopOnMatch };
    },
    report({ jobs: reports, ending }: CallInput<typeof reportJobs>['body']): Answer<typeof reportJobs> {
      state.reports += 1;
      if (ending === true) state.endings += 1;
      const answers = reports.map(take);
      tell();
      return { jobs: answers, nextReportMs: state.nextReportMs, stop: state.stopOnReport };
    },
    /** What the job's final report, or its being given back, says. */
    async ended(job: BookedJob): Promise<StatusReport> {
      return this.until(() => job.statuses.find(({ status }) => isFinal(status) || status === 'Rescheduled'));
    },
    async until<T>(look: () => T | undefined | false, withinMs = 20_000): Promise<T> {
      for (const untilMs = performance.now() + withinMs; ; await once(news, 100)) {
        const seen = look();
        if (seen !== undefined && seen !== false) return seen;
        if (performance.now() > untilMs)
          throw new Error(
            `not seen within ${withinMs} ms: ${look}; last states: ${JSON.stringify([...jobs.values()].map(({ statuses }) => statuses.at(-1)))}`,
          );
      }
    },
    output(job: BookedJob, path: string): string | undefined {
      const file = job.statuses.at(-1)?.end?.outputs.find((output) => output.path === path);
      return file === undefined ? undefined : files.get(file.digest)?.toString('utf8');
    },
    tell,
  };
}

function once(target: EventTarget, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      target.removeEventListener('news', end);
      resolve();
    };
    const timer = setTimeout(end, withinMs);
    target.addEventListener('news', end);
  });
}
