import { z } from 'zod';
import { OtherAttributes } from './jdl/other-attributes';
import { Digest, isSandboxPath, oneLine, SandboxPath, text } from './texts';

export const SandboxFile = z
  .strictObject({
    path: SandboxPath,
    digest: Digest,
    sizeBytes: z.number().int().min(0),
    executable: z.boolean().optional(),
  })
  .meta({ id: 'SandboxFile' });
export type SandboxFile = z.infer<typeof SandboxFile>;

const Argument = text(100_000);

export const Step = z
  .strictObject({
    /** A file of the input sandbox (relative), a command on PATH, or an absolute path. */
    executable: text(4096).min(1),
    arguments: z.array(Argument).max(10_000).optional(),
    /** Where this step's output goes; without it, the job's stdOutput (DIRAC's logFile). */
    logFile: SandboxPath.optional(),
  })
  .meta({ id: 'Step' });
export type Step = z.infer<typeof Step>;

const Name = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+:@/-]*$/, 'must be a name: letters, digits and . _ + : @ / -');

const Processors = z.number().int().min(1).max(1024);
const MegaBytes = z.number().int().min(0).max(100_000_000);

/**
 * What a job is, in our form; `fromJDL` and `toJDL` change it from and into JDL without loss. Either `executable` (with `arguments`) or
 * `steps`. In texts, `{jobId}` stands for the job's id, `{name}` for a parameter of a swept job and `{index}` for its number from 0; other
 * braces are left alone. Limits and defaults are DIRAC's where it has them.
 */
export const JobDescription = z
  .strictObject({
    jobName: oneLine(128).optional(),
    jobGroup: oneLine(128).optional(),
    jobType: Name.optional(),
    executable: text(4096).min(1).optional(),
    arguments: z.array(Argument).max(10_000).optional(),
    steps: z.array(Step).min(1).max(100).optional(),
    inputSandbox: z.array(SandboxFile).max(10_000).optional(),
    /** Names or globs (`*`, `?`, `**`) of files to bring back, besides stdOutput and stdError, which always come. */
    outputSandbox: z.array(z.string().min(1).max(1024).refine(isSandboxPath, 'must stay inside the job directory')).max(1000).optional(),
    stdOutput: SandboxPath.optional(),
    stdError: SandboxPath.optional(),
    environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), text(100_000)).optional(),
    /** Logical file names, `LFN:/vo/…`. */
    inputData: z.array(oneLine(1024).min(1)).max(10_000).optional(),
    inputDataPolicy: Name.optional(),
    /** Names or globs of files to keep on storage elements, or `LFN:/vo/…`. */
    outputData: z.array(oneLine(1024).min(1)).max(1000).optional(),
    outputSE: z.array(Name).max(100).optional(),
    outputPath: oneLine(1024).min(1).optional(),
    /** CPU seconds the job may use, all its processes together; default 86,400, bounds 1 to 50,000,000. */
    cpuTimeS: z.number().int().min(1).max(50_000_000).optional(),
    /** Seconds by the clock; default three days, DIRAC's MaxWallClockTime. */
    wallTimeS: z.number().int().min(1).max(10_000_000).optional(),
    sites: z.array(Name).max(1000).optional(),
    bannedSites: z.array(Name).max(1000).optional(),
    /** The one computing element it may run at. */
    gridCE: Name.optional(),
    platforms: z.array(Name).max(100).optional(),
    tags: z.array(Name).max(100).optional(),
    /** Exactly so many; or at least `min…` and, where there are more, up to `max…`. */
    numberOfProcessors: Processors.optional(),
    minNumberOfProcessors: Processors.optional(),
    maxNumberOfProcessors: Processors.optional(),
    wholeNode: z.boolean().optional(),
    /** The owner's X.509 proxy for the job's VO and group, as a file that X509_USER_PROXY names. */
    proxy: z.boolean().optional(),
    /** `minRamMB` is needed to start, `maxRamMB` is the most it may use. */
    minRamMB: MegaBytes.optional(),
    maxRamMB: MegaBytes.min(1).optional(),
    numberOfGpus: z.number().int().min(0).max(64).optional(),
    /** Memory of each GPU, at least. */
    gpuRamMB: MegaBytes.optional(),
    /** DIRAC's UserPriority, 0 (background) to 10; default 1. Orders one owner's jobs among themselves. */
    priority: z.number().int().min(0).max(10).optional(),
    logLevel: Name.optional(),
    otherAttributes: OtherAttributes.optional(),
    /** How often an attempt that the infrastructure lost (its pilot, its node's disk, a transfer) is tried again by itself; default 3. */
    retries: z.number().int().min(0).max(10).optional(),
    /** Exit codes of the payload after which it is tried again as well, within the same number. */
    retryOn: z.array(z.number().int().min(1).max(255)).max(50).optional(),
  })
  .refine((description) => (description.executable === undefined) !== (description.steps === undefined), {
    message: 'must have either "executable" or "steps"',
    path: ['executable'],
  })
  .refine((description) => description.steps === undefined || description.arguments === undefined, {
    message: 'belongs to "executable"; with "steps" each step has its own',
    path: ['arguments'],
  })
  .refine(
    ({ numberOfProcessors: exact, minNumberOfProcessors: min, maxNumberOfProcessors: max }) =>
      exact === undefined || (min ?? max) === undefined,
    {
      message: 'is an exact number; leave out the minimum and the maximum, or the number',
      path: ['numberOfProcessors'],
    },
  )
  .refine(({ minNumberOfProcessors: min = 1, maxNumberOfProcessors: max }) => max === undefined || min <= max, {
    message: 'must not be less than minNumberOfProcessors',
    path: ['maxNumberOfProcessors'],
  })
  .refine(({ minRamMB: min = 0, maxRamMB: max }) => max === undefined || min <= max, {
    message: 'must not be less than minRamMB',
    path: ['maxRamMB'],
  })
  .refine(({ numberOfGpus = 0, gpuRamMB }) => gpuRamMB === undefined || numberOfGpus > 0, {
    message: 'is the memory of each GPU; say numberOfGpus too',
    path: ['gpuRamMB'],
  })
  .meta({ id: 'JobDescription' });
export type JobDescription = z.infer<typeof JobDescription>;

export const jobDefaults = {
  jobType: 'User',
  stdOutput: 'std.out',
  stdError: 'std.err',
  cpuTimeS: 86_400,
  wallTimeS: 3 * 86_400,
  numberOfProcessors: 1,
  priority: 1,
  retries: 3,
} as const;

/** How many processors it occupies. */
export const processorsOf = ({ numberOfProcessors, minNumberOfProcessors }: JobDescription): number =>
  numberOfProcessors ?? minNumberOfProcessors ?? jobDefaults.numberOfProcessors;

export function stepsOf(description: JobDescription): Step[] {
  if (description.steps !== undefined) return description.steps;
  return [
    {
      executable: description.executable ?? '',
      ...(description.arguments === undefined ? {} : { arguments: description.arguments }),
    },
  ];
}

export const ParameterValue = z.union([text(100_000), z.number(), z.boolean()]);
export const Parameters = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), ParameterValue).meta({ id: 'Parameters' });
export type Parameters = z.infer<typeof Parameters>;
