import type { SandboxFile, Step } from '../job-description';
import { splitArguments } from './arguments';
import { booleanOf, integerOf, listOf, refuse, splitByCommas, textOf } from './value';
import type { JdlAttribute } from './value';

/** DIRAC's Arguments are one string, parted as a shell parts it; a list is taken word for word. */
export function readArguments(attribute: JdlAttribute): string[] {
  if (attribute.value.kind === 'list') return listOf(attribute);
  try {
    return splitArguments(textOf(attribute));
  } catch (error) {
    return refuse(attribute, (error as Error).message);
  }
}

/** `{"A=1", "B=two%20words"}` or `"A=1;B=2"`; values are percent-encoded, as the Python client writes them. */
export function environmentOf(attribute: JdlAttribute): Record<string, string> {
  const { value } = attribute;
  const pairs = value.kind === 'list' ? listOf(attribute) : textOf(attribute).split(';').filter((pair) => pair.trim() !== ''); // prettier-ignore
  return Object.fromEntries(
    pairs.map((pair): [string, string] => {
      const [, name = '', text] = /^\s*([A-Za-z_]\w*)=([^]*)$/.exec(pair) ?? [];
      if (text === undefined) return refuse(attribute, `"${pair}" in ExecutionEnvironment is not NAME=VALUE`);
      return [name, percentDecode(text)];
    }),
  );
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare % that encodes nothing: the value was written by hand.
    return text;
  }
}

/** Our own attribute: `Steps = { [Executable = "make"; Arguments = "-j4"; LogFile = "make.log"] }`. */
export function stepsOfAttribute(attribute: JdlAttribute): Step[] {
  return recordsOf(attribute, ['Executable', 'Arguments', 'LogFile']).map((fields) => {
    const [executable, words, logFile] = [fields.get('Executable'), fields.get('Arguments'), fields.get('LogFile')];
    if (executable === undefined) return refuse(attribute, 'a step of Steps has no Executable');
    return {
      executable: textOf(executable),
      ...(words === undefined ? {} : { arguments: readArguments(words) }),
      ...(logFile === undefined ? {} : { logFile: textOf(logFile) }),
    };
  });
}

/** Names of files, or `[Path = …; Digest = …; SizeBytes = …]` for one whose bytes the server has. */
export function inputSandboxOf(attribute: JdlAttribute | undefined): { files: SandboxFile[] | undefined; localFiles: string[] } {
  if (attribute === undefined) return { files: undefined, localFiles: [] };
  const { value } = attribute;
  if (value.kind !== 'list') return { files: undefined, localFiles: splitByCommas(textOf(attribute)) };
  const named = value.items.filter((item) => item.kind !== 'record');
  const known = value.items.filter((item) => item.kind === 'record');
  const files = recordsOf({ ...attribute, value: { kind: 'list', items: known } }, ['Path', 'Digest', 'SizeBytes', 'Executable']).map(
    (fields): SandboxFile => {
      const [path, digest, size, executable] = ['Path', 'Digest', 'SizeBytes', 'Executable'].map((name) => fields.get(name));
      if (path === undefined || digest === undefined || size === undefined)
        return refuse(attribute, 'a record of InputSandbox needs Path, Digest and SizeBytes');
      return {
        path: textOf(path),
        digest: textOf(digest),
        sizeBytes: integerOf(size),
        ...(executable === undefined ? {} : { executable: booleanOf(executable) }),
      };
    },
  );
  const localFiles = listOf({ ...attribute, value: { kind: 'list', items: named } });
  return { files: files.length === 0 && localFiles.length > 0 ? undefined : files, localFiles };
}

/** A list of records whose fields have these names, in any case. */
function recordsOf(attribute: JdlAttribute, names: readonly string[]): Map<string, JdlAttribute>[] {
  const { value, name } = attribute;
  const items = value.kind === 'list' ? value.items : [value];
  return items.map((item) => {
    if (item.kind !== 'record') return refuse(attribute, `${name} takes records: [${names[0] ?? ''} = …; …]`);
    return new Map(
      item.attributes.map((field): [string, JdlAttribute] => {
        const known = names.find((one) => one.toLowerCase() === field.name.toLowerCase());
        return known === undefined ? refuse(field, `a record of ${name} has no ${field.name}; it has ${names.join(', ')}`) : [known, field];
      }),
    );
  });
}
