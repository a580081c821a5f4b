import type { JobDescription, Parameters, SandboxFile } from '@diraclab/contract';
import { decompose, scriptPath, type Form } from './form';

/** What a reload brings back. */
export interface Draft {
  description?: JobDescription;
  parameters?: Parameters[];
  sweep?: string;
  script?: string;
  /** Told apart from other launchpads, so that its idempotency keys are its own. */
  nonce?: string;
}

/** The form that shows the text of a script, which a description only names. */
export function withScript({ fields, inputs, rest }: Form, script: string): Form {
  return {
    rest,
    inputs: inputs.filter(({ path }) => path !== scriptPath),
    fields: { ...fields, kind: 'script', script, program: '', programArguments: '' },
  };
}

/** JSON says everything but the text of the script; that stays while the description still runs that very file. */
export function adopt(description: JobDescription, { fields }: Form, script: SandboxFile | undefined): Form {
  const next = decompose(description);
  const { executable, arguments: args } = description;
  const runsScript = executable === scriptPath || (executable === '/bin/sh' && args?.length === 1 && args[0] === scriptPath);
  const isSame = fields.kind === 'script' && runsScript && next.inputs.some(({ digest }) => digest === script?.digest);
  return isSame ? withScript(next, fields.script) : next;
}

/** A JSON object, or what is wrong with the text. */
export function readObject(text: string): JobDescription | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JobDescription;
    return 'A description is a JSON object in braces.';
  } catch (error) {
    return `This is no JSON: ${(error as Error).message}`;
  }
}
