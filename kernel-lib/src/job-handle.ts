import {
  deleteJobs, getJob, getJobJdl, getJobLog, holdJobs, killJobs, prioritiseJobs, releaseJobs, rescheduleJobs, restoreJobs, whyJob,
  type ActResult, type Client, type ContractError, type JobExport,
} from '@diraclab/contract'; // prettier-ignore
import { inspect } from 'node:util';
import { changesOf } from './changes';
import { bundleOf, jobCard } from './display';
import { failureOf, jobOutput } from './job-output';
import type { MimeBundle } from './notebook';
import { downloadAll, outputFile } from './output-files';
import { serverName, type Session } from './session';
import { toCode } from './to-code';
import type * as Public from './types';
import { readableAs, whyText } from './why-text';

/** A submitted job. It holds an id and asks the server: any number of handles of one job agree, on any day and in any process. */
export class JobHandle implements Public.JobHandle {
  readonly id: number;
  readonly stdout: Public.JobOutput;
  readonly stderr: Public.JobOutput;
  readonly #session: Session;

  constructor(session: Session, id: number) {
    this.id = id;
    this.#session = session;
    const settled = (options: Public.WaitOptions) => this.#settled(options);
    this.stdout = jobOutput(session, id, 'stdout', settled);
    this.stderr = jobOutput(session, id, 'stderr', settled);
  }

  async status(): Promise<Public.JobStatus> {
    return (await this.details()).status;
  }

  async details(): Promise<Public.JobDetails> {
    return (await this.#session.client())(getJob, { params: { jobId: this.id } });
  }

  async toJDL(): Promise<string> {
    return (await this.#asked()).jdl;
  }

  async toJSON(): Promise<Public.JobDescription> {
    return (await this.#asked()).description;
  }

  async toCode(): Promise<string> {
    return toCode(await this.toJSON());
  }

  async log(): Promise<Public.LogEntry[]> {
    return (await (await this.#session.client())(getJobLog, { params: { jobId: this.id } })).entries;
  }

  async why(): Promise<Public.Why> {
    const why: Public.Why = await (await this.#session.client())(whyJob, { params: { jobId: this.id } });
    return readableAs(why, whyText(why));
  }

  async result(options: Public.WaitOptions = {}): Promise<Public.JobInfo> {
    const job = await this.#settled(options);
    if (job.status !== 'Done') throw await failureOf(this.#session, job);
    return job;
  }

  changes(options: Public.WaitOptions = {}): AsyncIterable<Public.JobInfo> {
    return changesOf(this.#session, [this.id], `job ${this.id}`, options);
  }

  async outputs(): Promise<Public.SandboxFile[]> {
    return (await this.details()).outputs;
  }

  output(path: string): Public.OutputFile {
    return outputFile(this.#session, this.id, path);
  }

  download(directory: string): Promise<string[]> {
    return downloadAll(this.#session, this.id, directory);
  }

  kill(): Promise<void> {
    return this.#act((call, body) => call(killJobs, { body }));
  }

  reschedule(): Promise<void> {
    return this.#act((call, body) => call(rescheduleJobs, { body }));
  }

  delete(): Promise<void> {
    return this.#act((call, body) => call(deleteJobs, { body }));
  }

  restore(): Promise<void> {
    return this.#act((call, body) => call(restoreJobs, { body }));
  }

  hold(): Promise<void> {
    return this.#act((call, body) => call(holdJobs, { body }));
  }

  release(): Promise<void> {
    return this.#act((call, body) => call(releaseJobs, { body }));
  }

  prioritise(priority: number): Promise<void> {
    return this.#act((call, body) => call(prioritiseJobs, { body: { ...body, priority } }));
  }

  /** What the Deno kernel shows for a value; tslab's cards are shown at submission. */
  async [Symbol.for('Jupyter.display')](): Promise<MimeBundle> {
    return bundleOf(jobCard(await serverName(this.#session), await this.details()));
  }

  [inspect.custom](): string {
    return `JobHandle { id: ${this.id} }`;
  }

  async #asked(): Promise<JobExport> {
    return (await this.#session.client())(getJobJdl, { params: { jobId: this.id } });
  }

  async #settled(options: Public.WaitOptions): Promise<Public.JobInfo> {
    let last: Public.JobInfo | undefined;
    for await (const job of this.changes(options)) last = job;
    if (last === undefined) throw new Error(`Job ${this.id} has no state.`);
    return last;
  }

  async #act(send: (call: Client, body: { jobIds: number[] }) => Promise<ActResult>): Promise<void> {
    const result = await send(await this.#session.client(), { jobIds: [this.id] });
    const [refused] = result.failed;
    if (refused === undefined) return;
    throw Object.assign(new Error(`Job ${this.id}: ${refused.detail}`), {
      name: 'ContractError',
      code: refused.code as ContractError['code'],
    });
  }
}
