import type { JobDescription, Parameters, SandboxFile, Step } from '../job-description';
import { joinArguments } from './arguments';
import { fieldAttributes } from './attributes';
import { paddedNumber } from './parametric';
import { looksLikePercent, mapTexts, toPercent } from './placeholders';
import { readJdl } from './read';
import { isExpressionName, plainOf } from './value';
import type { Plain } from './value';

/**
 * A description as JDL, in the form with brackets; `fromJDL` reads the same back. Parameters are written as DIRAC writes them, `%(name)s`,
 * unless a text holds what DIRAC would take for one (`date +%s`): then all stay `{name}`, and `Placeholders = "braces"` says so.
 */
export function toJDL(description: JobDescription, parameters?: readonly Parameters[]): string {
  const { columns, texts } = placeholdersOf(description, parameters);
  const { steps, environment, inputSandbox, otherAttributes } = texts;
  const rows: [string, Written | undefined][] = [
    ...fieldAttributes.map(([name, field]): [string, Written | undefined] => [name, texts[field]]),
    ['Arguments', texts.arguments && joinArguments(texts.arguments)],
    ['Steps', steps?.map(stepRecord)],
    ['InputSandbox', inputSandbox?.map(fileRecord)],
    ['ExecutionEnvironment', environment && Object.entries(environment).map(([name, value]) => `${name}=${percentEncode(value)}`)],
    ...columns,
  ];
  const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name} = ${write(value)};`]));
  const others = Object.entries((otherAttributes ?? {}) as Record<string, Plain>);
  return ['[', ...lines, ...others.map(([name, value]) => `  ${name} = ${writeOther(name, value)};`), ']', ''].join('\n');
}

type Written = string | number | boolean | { [name: string]: Written | undefined } | readonly Written[];

function write(value: Written): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `{${value.map(write).join(', ')}}`;
  const fields = Object.entries(value).flatMap(([name, field]) => (field === undefined ? [] : [`${name} = ${write(field)}`]));
  return `[${fields.join('; ')}]`;
}

const isList = (value: object): value is readonly Written[] => Array.isArray(value);

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')}"`;
}

/** An expression bare, when it reads back as one; anything else quoted. */
function writeOther(name: string, value: Plain): string {
  return isExpressionName(name) && typeof value === 'string' && isExpression(name, value) ? value : write(value);
}

function isExpression(name: string, text: string): boolean {
  try {
    const [only, more] = readJdl(`[${name} = ${text};]`, { name });
    return more === undefined && only?.value.kind === 'expression' && plainOf(only.value) === text;
  } catch {
    return false;
  }
}

const stepRecord = ({ executable, arguments: words, logFile }: Step): Written => ({
  Executable: executable,
  Arguments: words && joinArguments(words),
  LogFile: logFile,
});

const fileRecord = ({ path, digest, sizeBytes, executable }: SandboxFile): Written => ({
  Path: path,
  Digest: digest,
  SizeBytes: sizeBytes,
  Executable: executable,
});

/** What would end the value in one of the dialects; the Python client encodes environment values the same way. */
const percentEncode = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- control characters are what it encodes
  text.replace(/[%;"\\\u0000-\u001f]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** The sequences as attributes, and the description with its placeholders written the way that fits. */
function placeholdersOf(
  description: JobDescription,
  parameters: readonly Parameters[] | undefined,
): { columns: [string, Written][]; texts: JobDescription } {
  const names = Object.keys(parameters?.[0] ?? {});
  const column = (name: string): Written[] => (parameters ?? []).map((row) => row[name] ?? '');
  let isAmbiguous = false;
  const used = new Set<string>();
  mapTexts(description, (text) => {
    isAmbiguous ||= looksLikePercent(text, parameters !== undefined);
    for (const name of ['s', 'n']) if (text.includes(`{${name}}`)) used.add(name);
    return text;
  });
  if (isAmbiguous || names.includes('jobId'))
    return { columns: [['Placeholders', 'braces'], ...names.map((name): [string, Written] => [`Parameters.${name}`, column(name)])], texts: description }; // prettier-ignore
  const unnamed = names.includes('s') ? 's' : undefined;
  const isNumber = used.has('n') && parameters?.every((row, i) => row['n'] === paddedNumber(i, parameters.length)) === true;
  const numbered = isNumber && names.length > 1 ? 'n' : undefined;
  const written = names.filter((name) => name !== numbered);
  const columns = written.map((name): [string, Written] => [name === unnamed ? 'Parameters' : `Parameters.${name}`, column(name)]);
  const named = new Set(names);
  return { columns, texts: mapTexts(description, (text) => toPercent(text, { named, unnamed, numbered })) };
}
