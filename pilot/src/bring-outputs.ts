import { ContractError, jobDefaults, stepsOf, type MatchedJob, type SandboxFile } from '@diraclab/contract';
import { JobFailure } from './job-failure.ts';
import { messageOf } from './log.ts';
import { findOutputs, maxOutputFiles, type OutputFile } from './outputs.ts';
import type { ServerLink } from './server-link.ts';
import { uploadOutputs } from './upload.ts';

export interface Brought {
  readonly outputs: SandboxFile[];
  /** Why not all of it came; the job fails with it. */
  readonly failure: JobFailure | undefined;
  /** What its owner should know besides. */
  readonly notes: string[];
}

const minorStatus = 'Uploading Output Sandbox';

/** Standard output and error always come, and each step's log file, as in DIRAC; then what the job asked for, if it is not too much. */
export async function bringOutputs(link: ServerLink, job: MatchedJob, directory: string, signal: AbortSignal): Promise<Brought> {
  const { description, maxOutputBytes } = job;
  const logs = stepsOf(description).flatMap((step) => step.logFile ?? []);
  const streams = [description.stdOutput ?? jobDefaults.stdOutput, description.stdError ?? jobDefaults.stdError];
  const [written, logged, asked] = await Promise.all([
    findOutputs(directory, [...new Set(streams)]),
    findOutputs(directory, logs),
    findOutputs(directory, description.outputSandbox ?? []),
  ]);
  const always = [...new Map([...written.files, ...logged.files].map((file) => [file.path, file])).values()];
  const all = [...new Map([...always, ...asked.files].map((file) => [file.path, file])).values()];
  // The log of a step that was not reached is missing rightly; standard output and error were there when the payload began.
  const missing = [...new Set([...written.missing, ...asked.missing])];
  const skipped = [...new Set([...written.skipped, ...logged.skipped, ...asked.skipped])];
  const notes = [
    ...(missing.length === 0 ? [] : [`missing outputs: ${missing.join(', ')}`]),
    ...(skipped.length === 0 ? [] : [`left out: ${skipped.join(', ')}`]),
  ];
  const excess = tooMuch(all, maxOutputBytes);
  const wanted = excess === undefined ? all : withinLimit(always, maxOutputBytes);
  try {
    return { outputs: await uploadOutputs(link, wanted, signal), failure: excess, notes };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof ContractError && error.code === 'TooLarge') {
      return {
        outputs: await eachThatFits(link, always, signal),
        failure: new JobFailure('outputTooLarge', minorStatus, error.message),
        notes,
      };
    }
    return {
      outputs: [],
      failure: new JobFailure('uploadFailed', minorStatus, `the outputs could not be uploaded: ${messageOf(error)}`, { cause: error }),
      notes,
    };
  }
}

function tooMuch(files: readonly OutputFile[], maxOutputBytes: number): JobFailure | undefined {
  const sizeBytes = files.reduce((total, file) => total + file.sizeBytes, 0);
  if (files.length > maxOutputFiles)
    return new JobFailure('outputTooLarge', minorStatus, `more than ${maxOutputFiles} files of output: pack them in one`);
  if (sizeBytes <= maxOutputBytes) return undefined;
  return new JobFailure('outputTooLarge', minorStatus, `the outputs have ${sizeBytes} bytes together; at most ${maxOutputBytes} are kept`);
}

/** Of the files that always come, those that fit, the small ones first: an endless standard output must not cost the standard error. */
function withinLimit(files: readonly OutputFile[], maxOutputBytes: number): OutputFile[] {
  let leftBytes = maxOutputBytes;
  return [...files]
    .sort((a, b) => a.sizeBytes - b.sizeBytes)
    .filter((file) => {
      leftBytes -= file.sizeBytes;
      return leftBytes >= 0;
    });
}

/** The server takes no file of such a size: bring what always comes one by one, without the one that is too large. */
async function eachThatFits(link: ServerLink, files: readonly OutputFile[], signal: AbortSignal): Promise<SandboxFile[]> {
  const brought = await Promise.all(files.map((file) => uploadOutputs(link, [file], signal).catch(() => [])));
  return brought.flat();
}
