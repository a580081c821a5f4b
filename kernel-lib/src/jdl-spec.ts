import { fromJDL, type SubmissionBody } from '@diraclab/contract';
import { basename } from 'node:path';
import type { LocalFile } from './inputs';
import type { Input, JobSpec, Parameters } from './types';

/** A server may take more or less in one call, and says so; here only what fits no call is refused. */
const mostJobs = 1_000_000;

/** The parameters of each job; undefined where the JDL describes one job. */
export function parametersOfJdl(jdl: string): Parameters[] | undefined {
  return fromJDL(jdl, { mostJobs }).parameters;
}

/** The files that the InputSandbox names and nobody gave under that name; they lie here, and land under their own names as in DIRAC. */
export function inputsOfJdl(jdl: string, given: readonly Input[]): Input[] {
  const named = new Set(
    given.map((input) => (typeof input === 'string' ? basename(input) : 'path' in input ? (input.as ?? basename(input.path)) : input.name)),
  );
  const { localFiles } = fromJDL(jdl, { mostJobs });
  return localFiles.filter((path) => !named.has(basename(path))).map((path) => ({ path, as: basename(path) })); // prettier-ignore
}

/** The server reads the JDL, expands its parameters and checks its owner: as from any other client. */
export function jdlBody(spec: JobSpec & { jdl: string }, files: readonly LocalFile[], group: string | undefined): SubmissionBody {
  if (group !== undefined) throw new TypeError('A JDL has its group in it (JobGroup = "fit-scan";): leave the name out.');
  return { jdl: spec.jdl, ...(files.length === 0 ? {} : { inputSandbox: files.map(({ file }) => file) }) };
}
