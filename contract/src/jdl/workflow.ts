import type { JobDescription, Step } from '../job-description';
import { splitArguments } from './arguments';
import { JdlError } from './error';
import { readXml } from './xml';
import type { XmlElement } from './xml';

/** The file that holds the steps, and what its runner is told of them. */
export interface Runner {
  /** In the input sandbox, such as `jobDescription.xml`. */
  file: string;
  logLevel: string | undefined;
  /** `-p name=value`. */
  values: ReadonlyMap<string, string>;
}

/**
 * DIRAC's Python client writes all steps of a job into an XML workflow, sends it as an input file, and names `dirac-jobexec` as the
 * executable. We have no such runner: the steps are read out of the file. Undefined for any other job.
 */
export function runnerOf({ executable = '', arguments: words = [] }: JobDescription, where = 'the job description'): Runner | undefined {
  if (executable.split('/').at(-1) !== 'dirac-jobexec') return undefined;
  const refused = (message: string): never => {
    throw new JdlError({ name: where }, message, 'Give the steps themselves: several Executables are Steps in JDL, "steps" in JSON.');
  };
  const [file, ...options] = words;
  if (file === undefined || !file.endsWith('.xml'))
    return refused('dirac-jobexec is run without a workflow: its first argument must be an XML file');
  let logLevel: string | undefined;
  const values = new Map<string, string>();
  for (let i = 0; i < options.length; i += 2) {
    const [option = '', value] = [options[i], options[i + 1]];
    const [, name = '', text] = /^([\w/]+)=([^]*)$/.exec(value ?? '') ?? [];
    if (text === undefined || !/^-[op]$/.test(option))
      return refused(`the argument "${option} ${value ?? ''}" of dirac-jobexec is not understood`);
    if (option === '-p') values.set(name, text);
    else if (name === 'LogLevel') logLevel = text;
    else return refused(`the option ${name} of dirac-jobexec has no effect here`);
  }
  return { file, logLevel, values };
}

/** The description with the steps in the place of their runner and its file. */
export function withSteps(description: JobDescription, { file, logLevel }: Runner, steps: Step[]): JobDescription {
  const { executable: _runner, arguments: _options, inputSandbox, ...rest } = description;
  const files = inputSandbox?.filter(({ path }) => path !== file) ?? [];
  return {
    ...rest,
    ...(logLevel === undefined || rest.logLevel !== undefined ? {} : { logLevel }),
    ...(files.length === 0 ? {} : { inputSandbox: files }),
    steps,
  };
}

/** The steps of a workflow whose modules are all DIRAC's Script; any other module is refused by name, because only DIRAC could run it. */
export function stepsOfWorkflow(xml: string, { file, values }: Runner): Step[] {
  const root = readXml(xml, file);
  const fail = ({ line }: XmlElement, message: string): never => {
    throw new JdlError({ name: file, line }, message);
  };
  if (root.name !== 'Workflow') fail(root, `a <Workflow> is expected, not <${root.name}>`);
  const kinds = new Map(all(root, 'StepDefinition').map((definition) => [textIn(definition, 'type'), definition]));
  for (const module of all(root, 'ModuleDefinition')) {
    if (!isScript(module)) fail(module, `the module ${textIn(module, 'type')} is not DIRAC's Script, and only scripts can be run here`);
  }
  const workflowValues = new Map([...valuesOf(root), ...values]);
  const steps = all(root, 'StepInstance').map((instance) => {
    const kind = kinds.get(textIn(instance, 'type'));
    if (kind === undefined)
      return fail(instance, `the step ${textIn(instance, 'name')} is of the unknown kind ${textIn(instance, 'type')}`);
    for (const module of all(kind, 'ModuleInstance')) {
      const type = textIn(module, 'type');
      if (type !== 'Script') fail(module, `the step ${textIn(instance, 'name')} runs the module ${type}, and only Script can be run here`);
    }
    const own = new Map([...valuesOf(kind, workflowValues), ...valuesOf(instance, workflowValues)]);
    return stepOf(instance, own, workflowValues, fail);
  });
  return steps.length > 0 ? steps : fail(root, 'the workflow has no steps');
}

/** The definition of a module is a line of Python; this one is DIRAC's own. */
const isScript = (module: XmlElement): boolean =>
  textIn(module, 'type') === 'Script' && /^\s*from\s+(?:\w+\.)*Modules\.Script\s+import\s+Script\s*$/.test(textIn(module, 'body'));

type Fail = (element: XmlElement, message: string) => never;

function stepOf(instance: XmlElement, own: ReadonlyMap<string, string>, common: ReadonlyMap<string, string>, fail: Fail): Step {
  const name = textIn(instance, 'name');
  const value = (key: string): string | undefined => own.get(key)?.replace(/@\{(\w+)\}/g, (_whole, part: string) => own.get(part) ?? common.get(part) ?? fail(instance, `the step ${name} asks for @{${part}}, which has no value`)); // prettier-ignore
  const executable = value('executable') ?? '';
  if (executable === '') fail(instance, `the step ${name} has no executable`);
  const logFile = value('applicationLog') || value('logFile');
  const words = splitWords(value('arguments') ?? '', instance, fail);
  return { executable, ...(words.length === 0 ? {} : { arguments: words }), ...(logFile ? { logFile } : {}) };
}

function splitWords(text: string, instance: XmlElement, fail: Fail): string[] {
  try {
    return splitArguments(text);
  } catch (error) {
    return fail(instance, (error as Error).message);
  }
}

const all = (parent: XmlElement, name: string): XmlElement[] => parent.children.filter((child) => child.name === name);
const textIn = (parent: XmlElement, name: string): string => all(parent, name)[0]?.text.trim() ?? '';

/** Its parameters that have a value, or are linked to one of the workflow's. */
function valuesOf(parent: XmlElement, common: ReadonlyMap<string, string> = new Map()): [string, string][] {
  return all(parent, 'Parameter').flatMap((parameter): [string, string][] => {
    const linked = parameter.attributes.get('linked_parameter') ?? '';
    // Another step's result only exists while DIRAC's own runner runs; a step that lacks its executable for that is refused below.
    if (!['', 'self'].includes(parameter.attributes.get('linked_module') ?? '')) return [];
    const value = linked === '' ? all(parameter, 'value')[0]?.text.trim() : common.get(linked);
    return value === undefined || value === '' ? [] : [[parameter.attributes.get('name') ?? '', value]];
  });
}
