import { hostname, machine, totalmem, type } from 'node:os';
import type { ResourceOffer } from '@diraclab/contract';
import type { Gpu } from './gpus.ts';
import { pilotVersion } from './version.ts';

export interface NodeFacts {
  readonly host: string;
  readonly platform: string;
  readonly ramMB: number;
  readonly tags: readonly string[];
}

/** Longest the server may hold a question. */
const longestWaitMs = 20_000;
/**
 * With some slots busy an unanswered offer soon understates what is free, and taking it back could lose a job the server is just handing
 * over. So it is only made for a short while: a job for the whole node waits at most this much longer.
 */
const busyWaitMs = 5000;

export function nodeFacts(): NodeFacts {
  const limitBytes = process.constrainedMemory();
  return {
    host: hostname().slice(0, 255),
    platform: platform().slice(0, 100),
    ramMB: Math.floor(Math.min(totalmem(), limitBytes > 0 ? limitBytes : Infinity) / 2 ** 20),
    // Payloads run as the pilot's own user, without namespaces: the matcher may give this pilot jobs of one owner only.
    tags: ['isolation=none'],
  };
}

/** In DIRAC's manner, such as `Linux_x86_64_glibc-2.36`. */
function platform(): string {
  // Looking up the names of all open connections would take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const library = header?.glibcVersionRuntime === undefined ? '' : `_glibc-${header.glibcVersionRuntime}`;
  return `${type()}_${machine()}${library}`;
}

/** What to offer now, or undefined when there is nothing: no slot or no time. */
export function offerOf(
  facts: NodeFacts,
  slots: number,
  used: { slots: number; ramMB: number },
  cpuTimeLeftS: number,
  holding: NonNullable<ResourceOffer['holding']>,
  gpus: readonly Gpu[] = [],
): ResourceOffer | undefined {
  const free = slots - used.slots;
  if (free < 1 || cpuTimeLeftS < 1) return undefined;
  return {
    slots: free,
    processors: free,
    ramMB: Math.max(0, facts.ramMB - used.ramMB),
    gpus: gpus.length,
    // Of the smallest: which of them a job gets is not known yet.
    ...(gpus.length === 0 ? {} : { gpuRamMB: Math.min(...gpus.map(({ ramMB }) => ramMB)) }),
    cpuTimeLeftS,
    platform: facts.platform,
    tags: [...facts.tags],
    wholeNode: used.slots === 0,
    host: facts.host,
    pid: process.pid,
    version: pilotVersion,
    holding,
    waitMs: Math.min(used.slots === 0 ? longestWaitMs : busyWaitMs, cpuTimeLeftS * 1000),
  };
}
