import { groupFailures, whyJobs, type Client, type Condition } from '@diraclab/contract';
import type { FailureGroup, WhyGroup } from './types';

type Where = readonly Condition[];

/** All pages, equal causes put together. */
export async function whyOf(call: Client, where: Where, signal?: AbortSignal): Promise<WhyGroup[]> {
  const groups = new Map<string, WhyGroup>();
  for (let after: string | null | undefined; after !== null;) {
    const page = await call(
      whyJobs,
      { body: { where: [...where], ...(after === undefined ? {} : { after }) } },
      { ...(signal && { signal }) },
    );
    for (const group of page.groups) {
      const key = JSON.stringify([group.status, group.code, group.text]);
      const known = groups.get(key);
      groups.set(key, known === undefined ? group : { ...known, jobs: known.jobs + group.jobs });
    }
    after = page.next;
  }
  return [...groups.values()].sort((a, b) => b.jobs - a.jobs);
}

export async function failuresOf(call: Client, where: Where, signal?: AbortSignal): Promise<FailureGroup[]> {
  const groups = new Map<string, FailureGroup>();
  for (let after: string | null | undefined; after !== null;) {
    const page = await call(
      groupFailures,
      { body: { where: [...where], ...(after === undefined ? {} : { after }) } },
      { ...(signal && { signal }) },
    );
    for (const group of page.failures) {
      const key = JSON.stringify([group.signature, group.site, group.endReason, group.exitCode]);
      groups.set(key, merged(groups.get(key), group));
    }
    after = page.next;
  }
  return [...groups.values()].sort((a, b) => b.jobs - a.jobs);
}

function merged(known: FailureGroup | undefined, later: FailureGroup): FailureGroup {
  if (known === undefined) return later;
  return {
    ...later,
    jobs: known.jobs + later.jobs,
    firstTime: known.firstTime < later.firstTime ? known.firstTime : later.firstTime,
    lastTime: known.lastTime > later.lastTime ? known.lastTime : later.lastTime,
    onlyHere: known.onlyHere && later.onlyHere,
  };
}
