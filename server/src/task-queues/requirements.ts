import { jobDefaults, processorsOf } from '@diraclab/contract';
import type { JobDescription } from '@diraclab/contract';

/** What a task queue's jobs need from a resource: equal needs share a queue. Lists are sorted, so that equal needs have equal JSON. */
export interface Requirements {
  /** One of {@link cpuTimeBinsS}, or more than the last. */
  cpuTimeS: number;
  sites: string[];
  bannedSites: string[];
  platforms: string[];
  tags: string[];
  numberOfProcessors: number;
  minRamMB: number;
  /** Absent, and not in the text of the queue, where none is asked for: queues of before this need stay the same. */
  numberOfGpus?: number | undefined;
  gpuRamMB?: number | undefined;
}

/** DIRAC's taskQueueCPUTimeIntervals: without bins every value would make a queue of its own. */
export const cpuTimeBinsS = [
  360, 1_800, 3_600, 21_600, 43_200, 86_400, 172_800, 259_200, 345_600, 518_400, 691_200, 864_000, 1_080_000,
] as const;

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
    // DIRAC's tag for a job that wants a node for itself.
    tags: sorted(description.wholeNode === true ? [...(description.tags ?? []), 'WholeNode'] : description.tags),
    numberOfProcessors: processorsOf(description),
    minRamMB: description.minRamMB ?? 0,
    ...(description.numberOfGpus ? { numberOfGpus: description.numberOfGpus, gpuRamMB: description.gpuRamMB ?? 0 } : {}),
  };
}

/** The text by which queues are told apart; keys in a fixed order. */
export function canonical(requirements: Requirements): string {
  const { cpuTimeS, sites, bannedSites, platforms, tags, numberOfProcessors, minRamMB, numberOfGpus, gpuRamMB } = requirements;
  return JSON.stringify({ cpuTimeS, sites, bannedSites, platforms, tags, numberOfProcessors, minRamMB, numberOfGpus, gpuRamMB });
}
