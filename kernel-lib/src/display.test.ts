import type { Job } from '@diraclab/contract';
import { bundleOf, cardMimeType, groupCard, jobCard } from './display';

const job: Job = {
  jobId: 881, jobName: 'fit', jobGroup: '', jobType: 'User', owner: 'alice', ownerGroup: 'users', vo: 'laptop', site: 'LOCAL.here', status: 'Done',
  minorStatus: 'Execution Complete', applicationStatus: '', priority: 1, cpuTimeS: 60, submissionTime: '2026-11-22T10:00:00.000Z',
  lastUpdateTime: '2026-11-22T10:00:05.000Z', startExecTime: null, endExecTime: '2026-11-22T10:00:05.000Z', heartBeatTime: null, rescheduleCounter: 0,
  attempt: 1, endReason: null, exitCode: 0, cpuTimeUsedS: null, wallTimeUsedS: null, maxRssMB: null, parameters: null,
}; // prettier-ignore

describe('the card of a job', () => {
  it('has three forms: for our extension, a still picture, a line of text', () => {
    const bundle = bundleOf(jobCard('laptop: alice of laptop', job));
    expect(bundle[cardMimeType]).toEqual({ v: 1, kind: 'job', id: 881, server: 'laptop: alice of laptop', snapshot: job });
    expect(bundle['text/plain']).toBe('Job 881 fit: Done, Execution Complete (as of 2026-11-22 10:00:05 UTC)');
    expect(bundle['text/html']).toContain('<td style="text-align:left">Done: Execution Complete</td>');
  });

  it('shows a hostile name as text, and nothing that turns the reading direction', () => {
    const html = String(bundleOf(jobCard('s', { ...job, jobName: '<img src=x onerror="alert(1)">\u202e' }))['text/html']);
    expect(html).not.toContain('<img');
    expect(html).not.toMatch(/="[^"]*" onerror/);
    expect(html).not.toContain('\u202e');
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
  });
});

it('the card of a group counts its states', () => {
  const bundle = bundleOf(groupCard('s', { jobGroup: 'fit-scan', total: 10, counts: { Done: 7, Failed: 3 }, firstJobId: 1 }));
  expect(bundle['text/plain']).toBe('Group fit-scan: 10 jobs (7 Done, 3 Failed)');
  expect(bundle[cardMimeType]).toMatchObject({ kind: 'group', id: 'fit-scan' });
});
