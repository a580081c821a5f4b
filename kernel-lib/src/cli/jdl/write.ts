import type { JobDescription } from '@diraclab/contract';
import { joinArguments } from './arguments';

/** A description as JDL, in the form with brackets; readJdl reads it back. What JDL has no word for stands in comments. */
export function writeJdl(description: JobDescription): string {
  const { steps, environment } = description;
  const rows: [string, string | number | readonly string[] | undefined][] = [
    ['JobName', description.jobName],
    ['JobGroup', description.jobGroup],
    ['JobType', description.jobType],
    ['Executable', description.executable],
    ['Arguments', description.arguments === undefined ? undefined : joinArguments(description.arguments)],
    ['StdOutput', description.stdOutput],
    ['StdError', description.stdError],
    ['InputSandbox', description.inputSandbox?.map(({ path }) => path)],
    ['OutputSandbox', description.outputSandbox],
    ['CPUTime', description.cpuTimeS],
    ['Site', description.sites],
    ['BannedSites', description.bannedSites],
    ['Platform', description.platforms],
    ['Tags', description.tags],
    ['NumberOfProcessors', description.numberOfProcessors],
    ['MinRAM', description.minRamMB],
    ['Priority', description.priority],
    ['ExecutionEnvironment', environment && Object.entries(environment).map(([name, value]) => `${name}=${percentEncode(value)}`)],
  ];
  const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name} = ${valueOf(value)};`]));
  const comments = [
    ...(description.wallTimeS === undefined ? [] : [`  # wall time: ${description.wallTimeS} s`]),
    ...(steps ?? []).map(
      ({ executable, arguments: words = [], logFile }, i) =>
        `  # step ${i + 1}: ${oneLine(joinArguments([executable, ...words]))}${logFile === undefined ? '' : ` > ${logFile}`}`,
    ),
  ];
  return ['[', ...lines, ...comments, ']', ''].join('\n');
}

function valueOf(value: string | number | readonly string[]): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? quote(value) : `{${value.map(quote).join(', ')}}`;
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')}"`;
}

/** What would end the value in one of the dialects; the Python client encodes environment values the same way. */
const percentEncode = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are what it encodes
  text.replace(/[%;"\\\u0000-\u001f]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');
