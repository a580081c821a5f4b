import type { Gpu } from '../gpus.ts';

/** Processes with this variable belong to a pilot's payload; its value is `<stamp>:<job mark>`. The guard looks for it. */
export const markName = 'DIRACLAB_PILOT';

export interface EnvironmentFacts {
  readonly jobId: number;
  readonly attempt: number;
  readonly site: string;
  readonly processors: number;
  readonly directory: string;
  readonly given: Readonly<Record<string, string>>;
  /** The job's own; undefined on a node that has none. */
  readonly gpus?: readonly Gpu[] | undefined;
  /** The owner's proxy, where the job asked for it. */
  readonly proxyFile?: string | undefined;
}

const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The whole environment of a payload, made from nothing: of the pilot's own only what says where programs, home and language are.
 * What the job asks for goes before these; who the job is, and where, cannot be changed by it.
 */
export function environmentOf(facts: EnvironmentFacts, node: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return {
    PATH: node['PATH'] || standardPath,
    HOME: node['HOME'] || facts.directory,
    USER: node['USER'] || node['LOGNAME'] || 'nobody',
    LANG: node['LANG'] || 'C.UTF-8',
    TMPDIR: facts.directory,
    ...facts.given,
    JOBID: String(facts.jobId),
    DIRACLAB_JOBID: String(facts.jobId),
    DIRACLAB_ATTEMPT: String(facts.attempt),
    DIRACSITE: facts.site,
    ...(facts.gpus === undefined ? {} : { CUDA_VISIBLE_DEVICES: facts.gpus.map(({ id }) => id).join(',') }),
    ...(facts.proxyFile === undefined ? {} : { X509_USER_PROXY: facts.proxyFile }),
    DIRAC_JOB_PROCESSORS: String(facts.processors),
  };
}
