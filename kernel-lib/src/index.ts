import { ContractError as ContractErrorClass } from '@diraclab/contract';
import { createDiracLab } from './lab-api';
import { defaultSession } from './session';
import type { DiracError, DiracLab } from './types';

/** Jobs from a notebook: `await dirac.submit('echo hello')`. The identity comes from the Lab session or from DIRACLAB_URL. */
export const dirac: DiracLab = createDiracLab(defaultSession);

/** What the server refused, with `code`, the sentence, and `next`: what to do now. */
export const ContractError: new (code: never, detail: string) => DiracError = ContractErrorClass;

export { Job, type ExecutableOptions, type Result } from './dirac-job';
export { Dirac, type SubmitResult } from './dirac-client';
export { range, sweep } from './sweep';
export { JobFailed, ValuesMissing, WaitEnded } from './errors';
export * from './types';
