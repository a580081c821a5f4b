import { getJob, getOutputFile, jobDefaults, peekJob } from '@diraclab/contract';
import { iterate } from './channel';
import { JobFailed } from './errors';
import { watchOutput } from './output-watch';
import type { Session } from './session';
import type { JobInfo, JobOutput, TextOptions, WaitOptions } from './types';
import { beginWait } from './wait';

type Stream = 'stdout' | 'stderr';
/** How much of the end is shown with a failure. */
const tailLines = 20;
const tailBytes = 16_384;

export function jobOutput(session: Session, jobId: number, stream: Stream, settled: (options: WaitOptions) => Promise<JobInfo>): JobOutput {
  return {
    async text({ evenIfFailed = false, ...options }: TextOptions = {}) {
      const job = await settled(options);
      if (job.status !== 'Done' && !evenIfFailed) throw await failureOf(session, job);
      return wholeText(session, jobId, stream);
    },
    peek: async () => (await readPeeks(session, jobId, stream, 0)).text,
    follow: (options = {}) => follow(session, jobId, stream, options),
  };
}

/** All of it. A final job's output is kept whole; should the server hold only its end at hand, the file of the output sandbox has the rest. */
export async function wholeText(session: Session, jobId: number, stream: Stream): Promise<string> {
  const { text, from } = await readPeeks(session, jobId, stream, 0);
  if (from === 0) return text;
  const call = await session.client();
  const { description, outputs } = await call(getJob, { params: { jobId } });
  const path = stream === 'stdout' ? (description.stdOutput ?? jobDefaults.stdOutput) : (description.stdError ?? jobDefaults.stdError);
  if (!outputs.some((file) => file.path === path)) return text;
  return (await call.download(getOutputFile, { params: { jobId }, query: { path } })).text();
}

/** What to throw for a job that is final and not Done, with the end of what it wrote: of its errors, else of its output. */
export async function failureOf(session: Session, job: JobInfo): Promise<JobFailed> {
  if (job.startExecTime === null) return new JobFailed(job, ''); // It never wrote anything.
  const read = async (stream: Stream) => lastLines((await readPeeks(session, job.jobId, stream, -tailBytes)).text);
  // The reason is worth more than its illustration: when the output cannot be read, the failure is reported without.
  const tail = await read('stderr').then(async (text) => text || (await read('stdout'))).catch(() => ''); // prettier-ignore
  return new JobFailed(job, tail);
}

/** From `first` to the end that there is now, and where it really began. */
async function readPeeks(session: Session, jobId: number, stream: Stream, first: number): Promise<{ text: string; from: number }> {
  const call = await session.client();
  const begin = await call(peekJob, { params: { jobId }, query: { stream, from: first } });
  let text = begin.text;
  for (let last = begin; !last.complete && last.text !== ''; text += last.text) {
    last = await call(peekJob, { params: { jobId }, query: { stream, from: last.end } });
  }
  return { text, from: begin.from };
}

function follow(session: Session, jobId: number, stream: Stream, options: WaitOptions): AsyncIterable<string> {
  return iterate<string>(
    () => beginWait(session.screen, { what: `output of job ${jobId}`, state: () => reachable(session, 'nothing new') }, options),
    (channel) => {
      const lines = lineReader((line) => channel.push(line));
      return watchOutput(session.live, jobId, stream, 0, {
        onText: lines.add,
        onGap(bytes) {
          lines.flush();
          channel.push(`[${bytes} bytes of earlier output are not kept while the job runs]`);
        },
        onRestart: lines.flush,
        onEnd(error) {
          lines.flush();
          if (error === undefined) channel.finish();
          else channel.fail(error);
        },
      });
    },
  );
}

export function reachable(session: Session, state: string): string {
  const lost = session.live.offline();
  return lost === undefined
    ? state
    : `${state}; no live connection for ${Math.round((Date.now() - lost.sinceMs) / 1000)} s (${lost.why}), trying again`;
}

/** Makes lines of pieces of output; `flush` ends the last one, which no newline ended. */
export function lineReader(onLine: (line: string) => void) {
  let rest = '';
  return {
    add(text: string) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    },
    flush() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-tailLines).join('\n');
}
