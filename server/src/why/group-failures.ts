import type { FailureGroup } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { instant } from '../jobs/job-row.ts';
import { cursorAfter, parseCursor } from './page.ts';
import { signatureOf } from './signature.ts';
import type { WhyQuery } from './why-jobs.ts';
import { countFailures, readSliceEnd, sitesThatDo } from './why-jobs-store.ts';
import type { FailureCount } from './why-jobs-store.ts';

/** Different sentences of a page that are read; they come by how often they occur, and become far fewer without their numbers. */
const mostSentences = 5_000;
/** Groups that are shown. */
const mostGroups = 200;

/** Five hundred equal failures are one line. */
export async function groupFailures(db: Db, { where = [], after }: WhyQuery, caller: Caller) {
  const slice = { where, caller, afterId: parseCursor(after) };
  const failed = { ...slice, where: [...where, { field: 'status' as const, operator: 'eq' as const, values: ['Failed'] }] };
  const [end, counts, sites] = await Promise.all([
    readSliceEnd(db, failed),
    countFailures(db, slice, mostSentences),
    sitesThatDo(db, slice),
  ]);
  return { failures: mergeFailures(counts, sites), jobs: end.jobs, next: cursorAfter(end) };
}

const sentenceOf = ({ minorStatus, applicationStatus }: FailureCount): string =>
  applicationStatus === '' || applicationStatus === 'Unknown' ? minorStatus : `${minorStatus}: ${applicationStatus}`;

/** Equal signatures of a site become one, the most first. Pure. */
export function mergeFailures(counts: readonly FailureCount[], sitesThatDo: ReadonlySet<string>): FailureGroup[] {
  const signed = counts.map((count) => ({ ...count, sentence: sentenceOf(count), signature: signatureOf(sentenceOf(count)) }));
  const what = ({ signature, endReason, exitCode }: (typeof signed)[number]) => JSON.stringify([signature, endReason, exitCode]);
  const sitesOf = new Map([...Map.groupBy(signed, what)].map(([key, same]) => [key, new Set(same.map(({ site }) => site))]));
  const groups = [...Map.groupBy(signed, (one) => JSON.stringify([one.site, what(one)])).values()].flatMap((same): FailureGroup[] => {
    const newest = same.reduce((a, b) => (b.newestId > a.newestId ? b : a));
    const { signature, site, endReason, exitCode } = newest;
    return [
      {
        signature, site, endReason, exitCode,
        jobs: same.reduce((sum, { jobs }) => sum + jobs, 0),
        firstTime: instant(Math.min(...same.map(({ firstMs }) => firstMs))),
        lastTime: instant(Math.max(...same.map(({ lastMs }) => lastMs))),
        sampleJobId: newest.newestId,
        sample: newest.sentence,
        onlyHere: sitesOf.get(what(newest))?.size === 1 && [...sitesThatDo].some((other) => other !== site),
      },
    ]; // prettier-ignore
  });
  return groups.sort((a, b) => b.jobs - a.jobs).slice(0, mostGroups);
}
