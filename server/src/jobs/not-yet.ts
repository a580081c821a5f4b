import { ContractError } from '@diraclab/contract';
import type { JobDescription } from '@diraclab/contract';

/**
 * What a description can say and this server cannot do: refused, because a job that ran without its data, or somewhere else, would look
 * as if it had done what it was asked. Hints (outputSE, outputPath, inputDataPolicy, logLevel) do no harm alone and are kept.
 */
export function refuseNotYet({ inputData = [], outputData = [], gridCE }: JobDescription): void {
  const [input] = inputData;
  if (input !== undefined) {
    throw new ContractError('BadRequest', `LFN input data needs the file catalogue, which this server does not have yet: ${input}.`, {
      next: 'Send the file in the input sandbox, or have the job fetch it.',
    });
  }
  const [output] = outputData;
  if (output !== undefined) {
    throw new ContractError('BadRequest', `Output data needs the file catalogue, which this server does not have yet: ${output}.`, {
      next: 'Name the file in the output sandbox.',
    });
  }
  if (gridCE !== undefined) {
    throw new ContractError('BadRequest', `This server cannot choose a computing element yet: GridCE is ${gridCE}.`, {
      next: 'Name its site (Site in JDL, "sites" in JSON).',
    });
  }
}
