import {
  deleteJobs,
  holdJobs,
  killJobs,
  mostJobsAnAct,
  releaseJobs,
  rescheduleJobs,
  restoreJobs,
  type ActResult,
  type Job,
} from '@diraclab/contract';
import { inspect } from 'node:util';
import { groupConditions, groupCounts } from './cards';
import { changesOf } from './changes';
import { bundleOf, groupCard } from './display';
import { ValuesMissing } from './errors';
import { gather, type Member } from './gather';
import { JobHandle } from './job-handle';
import type { MimeBundle } from './notebook';
import { allPages } from './search';
import { serverName, type Session } from './session';
import type * as Public from './types';
import { failuresOf, whyOf } from './why-jobs';
import { failuresText, groupsText, readableAs } from './why-text';

type GroupAct = typeof killJobs | typeof rescheduleJobs | typeof holdJobs | typeof releaseJobs | typeof deleteJobs | typeof restoreJobs;

export class JobGroup<P = Public.Parameters> implements Public.JobGroup<P> {
  readonly name: string;
  readonly #session: Session;
  readonly #members: readonly Member<P>[];
  readonly #params: Map<number, P>;

  constructor(session: Session, name: string, members: readonly Member<P>[]) {
    this.name = name;
    this.#session = session;
    this.#members = members;
    this.#params = new Map(members.map(({ jobId, params }) => [jobId, params]));
  }

  get ids(): readonly number[] {
    return this.#members.map(({ jobId }) => jobId);
  }

  get size(): number {
    return this.#members.length;
  }

  counts(): Promise<Partial<Record<Public.JobStatus, number>>> {
    return groupCounts(this.#session, this.name, this.ids);
  }

  async jobs(): Promise<Public.MemberInfo<P>[]> {
    const mine = await this.#rows();
    return mine.map((job) => this.#withParams(job));
  }

  at(index: number): JobHandle {
    const member = this.#members.at(index);
    if (member === undefined) throw new RangeError(`Group ${this.name} has ${this.size} jobs; there is none at ${index}.`);
    return new JobHandle(this.#session, member.jobId);
  }

  async *changes({ states, ...options }: Public.WaitOptions & { states?: Public.JobStatus[] | undefined } = {}): AsyncGenerator<
    Public.MemberInfo<P>
  > {
    for await (const job of changesOf(this.#session, this.ids, this.#what(), options)) {
      if (states === undefined || states.includes(job.status)) yield this.#withParams(job);
    }
  }

  gather(options?: Public.GatherOptions<P, string>): Promise<Public.Gathered<P, string>>;
  gather<V>(options: Public.GatherOptions<P, V>): Promise<Public.Gathered<P, V>>;
  gather<V>(options: Public.GatherOptions<P, V> = {}): Promise<Public.Gathered<P, V>> {
    return gather(this.#session, this.#what(), this.#members, options);
  }

  values(options?: Public.GatherOptions<P, string>): Promise<string[]>;
  values<V>(options: Public.GatherOptions<P, V>): Promise<V[]>;
  async values<V>(options: Public.GatherOptions<P, V> = {}): Promise<V[]> {
    const { ok, failed } = await this.gather(options);
    if (ok.length === this.size) return ok.map(({ value }) => value);
    throw new ValuesMissing(
      this.name,
      this.size - ok.length,
      this.size,
      failed.map(({ error }) => error),
    );
  }

  kill(): Promise<ActResult> {
    return this.#act(killJobs, this.ids);
  }

  hold(): Promise<ActResult> {
    return this.#act(holdJobs, this.ids);
  }

  release(): Promise<ActResult> {
    return this.#act(releaseJobs, this.ids);
  }

  delete(): Promise<ActResult> {
    return this.#act(deleteJobs, this.ids);
  }

  restore(): Promise<ActResult> {
    return this.#act(restoreJobs, this.ids);
  }

  async retry(): Promise<ActResult> {
    const rows = await this.#rows();
    return this.#act(
      rescheduleJobs,
      rows.filter(({ status }) => status === 'Failed' || status === 'Killed').map(({ jobId }) => jobId),
    );
  }

  async why(): Promise<Public.WhyGroup[]> {
    const groups = await whyOf(await this.#session.client(), groupConditions(this.name, this.ids));
    return readableAs(groups, groupsText(groups));
  }

  async failures(): Promise<Public.FailureGroup[]> {
    const failures = await failuresOf(await this.#session.client(), groupConditions(this.name, this.ids));
    return readableAs(failures, failuresText(failures));
  }

  async [Symbol.for('Jupyter.display')](): Promise<MimeBundle> {
    const [server, counts] = await Promise.all([serverName(this.#session), this.counts()]);
    return bundleOf(groupCard(server, { jobGroup: this.name, total: this.size, counts, firstJobId: this.ids[0] ?? 0 }));
  }

  [inspect.custom](): string {
    return `JobGroup { name: ${JSON.stringify(this.name)}, size: ${this.size} }`;
  }

  #what(): string {
    return `${this.size} jobs of ${this.name}`;
  }

  #withParams(job: Job): Public.MemberInfo<P> {
    return { ...job, params: this.#params.get(job.jobId) as P };
  }

  async #rows(): Promise<Job[]> {
    const rows = await allPages(this.#session, {
      where: groupConditions(this.name, this.ids),
      sort: { field: 'jobId', direction: 'asc' },
    });
    return rows.filter(({ jobId }) => this.#params.has(jobId));
  }

  /** Jobs that are not in a state for the act are left out by the server, each with its reason. */
  async #act(route: GroupAct, ids: readonly number[]): Promise<ActResult> {
    const call = await this.#session.client();
    const all: ActResult = { successful: [], failed: [] };
    for (let first = 0; first < ids.length; first += mostJobsAnAct) {
      const { successful, failed } = await call(route as typeof killJobs, { body: { jobIds: ids.slice(first, first + mostJobsAnAct) } });
      all.successful.push(...successful);
      all.failed.push(...failed);
    }
    return all;
  }
}
