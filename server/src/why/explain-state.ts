import type { EndReason, JobDescription, JobStatus, WhyActor } from '@diraclab/contract';
import { jobDefaults } from '@diraclab/contract';
import type { JobRow } from '../jobs/job-row.ts';
import { memory } from './change-needs.ts';

export interface StateTold {
  /** The end's type where it has one, else the state. */
  code: string;
  actor: WhyActor;
  headline: string;
  next: string | null;
}

type Of = { row: JobRow; needs: Pick<JobDescription, 'minRamMB' | 'cpuTimeS' | 'wallTimeS'>; nowMs: number };

/** Why a job that does not wait is where it is. Pure. */
export function explainState(of: Of): StateTold {
  const { row, nowMs } = of;
  const at = row.site === 'ANY' ? '' : ` at ${row.site}`;
  const heard = row.heart_beat_ms === null ? 'nothing was heard of it yet' : `last heard of ${ago(nowMs - row.heart_beat_ms)} ago`;
  const told = (actor: WhyActor, headline: string, next: string | null): StateTold => ({ code: row.status, actor, headline, next });
  switch (row.status) {
    case 'Running':
    case 'Completing':
      if (row.kill_requested_ms !== null) return told('turn', `It is being killed${at}; ${heard}.`, null);
      return told(
        'turn',
        `It is not waiting: ${row.status}${at}, ${words(row)}; ${heard}.`,
        `dpeek ${row.job_id} shows its output so far.`,
      );
    case 'Matched':
      return told('turn', `It is not waiting: a pilot${at} has it and prepares it.`, null);
    case 'Stalled':
      return told(
        'system',
        `Its pilot${at} is silent: ${heard}.`,
        'Nothing to do: it goes on when the pilot speaks, or is matched again when it does not.',
      );
    case 'Done':
    case 'Completed':
      return told('turn', `It has ended well${at}: ${words(row)}.`, `doutput ${row.job_id} brings its output.`);
    case 'Failed':
    case 'Killed':
      return ended(of);
    case 'Deleted':
      return told('you', 'It was deleted.', null);
    default:
      return told('system', `It is on its way to the queue: ${row.status}, ${words(row)}.`, null);
  }
}

/** DIRAC's minor status and, where the payload or the pilot said more, that too. */
const words = ({ minor_status, application_status }: JobRow): string =>
  application_status === 'Unknown' || application_status === '' ? minor_status : `${minor_status} (${application_status})`;

function ended(of: Of): StateTold {
  const { row } = of;
  const { end_reason: reason, job_id: jobId } = row;
  if (reason === null) {
    const next = row.status === 'Killed' ? null : `dlogging ${jobId} shows what happened before.`;
    return { code: row.status, actor: row.status === 'Killed' ? 'you' : 'system', headline: `${row.status}: ${words(row)}.`, next };
  }
  const { actor, says, next } = ends[reason];
  const at = row.site === 'ANY' ? '' : ` at ${row.site}`;
  return { code: reason, actor, headline: `${row.status}${at}: ${says(of)}.`, next: next(of) };
}

interface EndText {
  actor: WhyActor;
  says: (of: Of) => string;
  next: (of: Of) => string;
}

const peek = ({ row }: Of): string => `dpeek ${row.job_id} shows its output; mend the payload and submit it again.`;
const again = ({ row }: Of): string => `Nothing of the job's is wrong: reschedule job ${row.job_id}.`;
const seconds = (s: number | null): string => (s === null ? 'more' : `${Math.round(s).toLocaleString('en')} s`);
const half = (amount: number): number => Math.ceil(amount * 1.5);

/** Every typed end in a sentence, with what to do. */
const ends: Record<EndReason, EndText> = {
  exit: { actor: 'you', says: ({ row }) => exitSays(row), next: peek },
  signal: { actor: 'you', says: ({ row }) => `the payload was ended by a signal${row.exit_code === null ? '' : ` (exit code ${row.exit_code})`}; ${words(row)}`, next: peek },
  notFound: { actor: 'you', says: ({ row }) => `the program was not found there: ${words(row)}`, next: () => 'Send the program along in the input sandbox, or name one that every node has.' },
  overCpuTime: {
    actor: 'you',
    says: ({ row, needs }) => `it used ${seconds(row.cpu_time_used_s)} of ${seconds(needs.cpuTimeS ?? jobDefaults.cpuTimeS)} of CPU time`,
    next: ({ needs }) => `Submit it again with more CPU time, for example cpuTimeS ${half(needs.cpuTimeS ?? jobDefaults.cpuTimeS)}.`,
  },
  overWallTime: {
    actor: 'you',
    says: ({ row, needs }) => `it ran ${seconds(row.wall_time_used_s)} of ${seconds(needs.wallTimeS ?? jobDefaults.wallTimeS)} by the clock`,
    next: ({ needs }) => `Submit it again with more time, for example wallTimeS ${half(needs.wallTimeS ?? jobDefaults.wallTimeS)}.`,
  },
  overMemory: {
    actor: 'you',
    says: ({ row, needs }) => `it ran out of memory: used ${row.max_rss_mb === null ? 'more than it may' : memory(Math.round(row.max_rss_mb))}${needs.minRamMB === undefined ? '' : ` of ${memory(needs.minRamMB)}`}`,
    next: ({ row, needs }) => `Submit it again with more memory, for example minRamMB ${half(Math.max(row.max_rss_mb ?? 0, needs.minRamMB ?? 1024))}.`,
  },
  inputMissing: { actor: 'system', says: ({ row }) => `an input file did not come: ${words(row)}`, next: again },
  uploadFailed: { actor: 'system', says: ({ row }) => `its output could not be stored: ${words(row)}`, next: again },
  outputTooLarge: { actor: 'you', says: ({ row }) => `its output is too large: ${words(row)}`, next: () => 'Bring back fewer or smaller files: name them in the output sandbox.' },
  killed: { actor: 'you', says: ({ row }) => `it was killed; ${words(row)}`, next: ({ row }) => `Reschedule job ${row.job_id} to run it again.` },
  lostPilot: { actor: 'site', says: ({ row }) => `its pilots were lost ${row.reschedule_counter + 1} times`, next: ({ row }) => `Reschedule job ${row.job_id}; if it is lost at one site again and again, exclude that site.` },
  diskFull: { actor: 'site', says: ({ row }) => `the disk of the node was full: ${words(row)}`, next: again },
}; // prettier-ignore

/** What a shell means by its own codes. */
function exitSays({ exit_code, application_status }: JobRow): string {
  const told =
    application_status === 'Unknown' || application_status === ''
      ? `the payload ended with exit code ${exit_code ?? 'unknown'}`
      : application_status;
  const means = exit_code === 126 ? ': the program may not be executed' : exit_code === 127 ? ': a command was not found' : '';
  return told + means;
}

/** One line for many jobs that ended alike. */
export function endInShort(status: JobStatus, reason: EndReason | null, exitCode: number | null): string {
  if (reason === null) return status;
  if (reason === 'exit') return exitCode === 0 ? `${status}: ended well` : `${status}: exit code ${exitCode ?? 'unknown'}`;
  return `${status}: ${short[reason]}`;
}

const short: Record<Exclude<EndReason, 'exit'>, string> = {
  signal: 'ended by a signal',
  notFound: 'the program was not found',
  overCpuTime: 'used up its CPU time',
  overWallTime: 'ran too long',
  overMemory: 'out of memory',
  inputMissing: 'an input file did not come',
  uploadFailed: 'its output could not be stored',
  outputTooLarge: 'its output is too large',
  killed: 'killed',
  lostPilot: 'its pilots were lost',
  diskFull: 'the disk of the node was full',
};

/** Who can do something about it. */
export const endActor = (reason: EndReason | null): WhyActor => (reason === null ? 'turn' : ends[reason].actor);

function ago(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 120) return `${s} s`;
  return s < 7200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3600)} h`;
}
