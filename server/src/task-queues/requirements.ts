import { jobDefaults } from '@diraclab/contract';
import type { JobDescription } from '@diraclab/contract';

/** What a task queue's jobs need from a resource: equal needs share a queue. Lists are sorted, so that equal needs have equal JSON. */
export interface Requirements {
  /** One of {@link cpuTimeBinsS}, or more than the last. */
  cpuTimeS: number;
  sites: string[];
  bannedSites: string[];
  platforms: string[];
  tags: string[];
  jobType: string;
  /** At least. */
  numberOfProcessors: number;
  /** At most, of what is free. */
  maxProcessors: number;
  wholeNode: boolean;
  minRamMB: number;
  /** Absent, and not in the text of the queue, where none is asked for: queues of before this need stay the same. */
  numberOfGpus?: number | undefined;
  gpuRamMB?: number | undefined;
}

/** DIRAC's taskQueueCPUTimeIntervals: without bins every value would make a queue of its own. */
export const cpuTimeBinsS = [
  360, 1_800, 3_600, 21_600, 43_200, 86_400, 172_800, 259_200, 345_600, 518_400, 691_200, 864_000, 1_080_000,
] as const;

/** As many as a pilot can offer: "all that is free". */
const mostProcessors = 1024;

/** Rounded up: a resource that has this much time left has enough. */
export function cpuTimeBin(cpuTimeS: number): number {
  return cpuTimeBinsS.find((bin) => cpuTimeS <= bin) ?? cpuTimeS;
}

const sorted = (names: readonly string[] | undefined): string[] => [...new Set(names ?? [])].sort();

export function requirementsOf(description: JobDescription): Requirements {
  return {
    cpuTimeS: cpuTimeBin(description.cpuTimeS ?? jobDefaults.cpuTimeS),
    // DIRAC's clients write ANY for "no wish".
    sites: sorted(description.sites).filter((site) => site !== 'ANY'),
    bannedSites: sorted(description.bannedSites),
    platforms: sorted(description.platforms).filter((platform) => platform !== 'ANY'),
    tags: sorted(description.tags),
    jobType: description.jobType ?? jobDefaults.jobType,
    ...processorsOf(description),
    minRamMB: description.minRamMB ?? 0,
    ...(description.numberOfGpus ? { numberOfGpus: description.numberOfGpus, gpuRamMB: description.gpuRamMB ?? 0 } : {}),
  };
}

function processorsOf(description: JobDescription): Pick<Requirements, 'numberOfProcessors' | 'maxProcessors' | 'wholeNode'> {
  const { numberOfProcessors: exact, minNumberOfProcessors: min, maxNumberOfProcessors: max, wholeNode = false } = description;
  const least = exact ?? min ?? jobDefaults.numberOfProcessors;
  // DIRAC: a minimum without a maximum is "all available".
  const most = wholeNode || (min !== undefined && max === undefined) ? mostProcessors : (max ?? least);
  return { numberOfProcessors: least, maxProcessors: most, wholeNode };
}

/** The text by which queues are told apart; keys in a fixed order. */
export function canonical(requirements: Requirements): string {
  const { cpuTimeS, sites, bannedSites, platforms, tags, jobType, numberOfProcessors, maxProcessors, wholeNode, minRamMB, numberOfGpus, gpuRamMB } = requirements; // prettier-ignore
  return JSON.stringify({
    cpuTimeS,
    sites,
    bannedSites,
    platforms,
    tags,
    jobType,
    numberOfProcessors,
    maxProcessors,
    wholeNode,
    minRamMB,
    numberOfGpus,
    gpuRamMB,
  });
}

/** Of a queue's row; queues made before there was a choice say nothing of it. */
export function readRequirements(text: string): Requirements {
  const given = JSON.parse(text) as Partial<Requirements> & Pick<Requirements, 'numberOfProcessors'>;
  const before = { jobType: jobDefaults.jobType, maxProcessors: given.numberOfProcessors, wholeNode: false };
  return { ...before, ...given } as Requirements;
}
