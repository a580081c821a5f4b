import { jobDefaults, type JobDescription } from '@diraclab/contract';
import { diskFullMinorStatus, JobFailure } from './job-failure.ts';

export interface Measured {
  readonly cpuTimeS: number;
  readonly wallTimeS: number;
  /** Of all its processes now. */
  readonly rssMB?: number;
  /** Undefined where it could not be read. */
  readonly freeDiskBytes: number | undefined;
}

/** DIRAC's MinDiskSpace, 10 MB: below it nothing the payload writes is safe, nor its output. */
export const minFreeDiskBytes = 10 * 1024 * 1024;

/** The first limit that is passed, as the failure of the job; undefined while all hold. */
export function overLimit(
  description: JobDescription,
  { cpuTimeS, wallTimeS, rssMB = 0, freeDiskBytes }: Measured,
): JobFailure | undefined {
  const { cpuTimeS: maxCpuTimeS = jobDefaults.cpuTimeS, wallTimeS: maxWallTimeS = jobDefaults.wallTimeS } = description;
  if (cpuTimeS > maxCpuTimeS) {
    return new JobFailure(
      'overCpuTime',
      'Job has reached the CPU limit of the queue',
      `used ${cpuTimeS.toFixed(1)} s of CPU; the job asked for cpuTimeS ${maxCpuTimeS}`,
    );
  }
  if (wallTimeS > maxWallTimeS) {
    return new JobFailure(
      'overWallTime',
      'Job has exceeded maximum wall clock time',
      `ran for ${wallTimeS.toFixed(1)} s; the job's wallTimeS is ${maxWallTimeS}`,
    );
  }
  if (description.maxRamMB !== undefined && rssMB > description.maxRamMB) {
    return new JobFailure(
      'overMemory',
      'Job has exceeded its memory limit',
      `used ${Math.ceil(rssMB)} MB of memory; the job's maxRamMB is ${description.maxRamMB}`,
    );
  }
  if (freeDiskBytes !== undefined && freeDiskBytes < minFreeDiskBytes) {
    return new JobFailure('diskFull', diskFullMinorStatus, `only ${freeDiskBytes} bytes are left on the disk of this node`);
  }
  return undefined;
}
