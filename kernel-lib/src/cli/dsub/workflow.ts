import { type JobDescription, runnerOf, stepsOfWorkflow, withSteps } from '@diraclab/contract';
import { readFile } from 'node:fs/promises';
import { usageError } from '../exit-codes';
import { cannotRead, type LocalInput } from './local-files';

/** For what DIRAC's Python client wrote for its own runner: the steps of the workflow that is among the input files. */
export async function stepsInstead(
  description: JobDescription,
  inputs: readonly LocalInput[],
): Promise<{ description: JobDescription; inputs: readonly LocalInput[] }> {
  const runner = runnerOf(description);
  if (runner === undefined) return { description, inputs };
  const workflow = inputs.find(({ as }) => as === runner.file);
  if (workflow === undefined)
    throw usageError(`dirac-jobexec is to run ${runner.file}, which is not in the InputSandbox.`, 'Name it there; dsub reads its steps.');
  const xml = await readFile(workflow.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw cannotRead(workflow.path, error);
  });
  return { description: withSteps(description, runner, stepsOfWorkflow(xml, runner)), inputs: inputs.filter((one) => one !== workflow) };
}
