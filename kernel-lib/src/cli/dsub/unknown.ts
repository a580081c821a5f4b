import { type Attributes, knownAttributes, knownName, sayPlace } from '@diraclab/contract';
import { usageError } from '../exit-codes';
import type { Io } from '../io';
import { didYouMean } from '../options/did-you-mean';
import { say } from '../text/printable';

/** DIRAC's own, which say nothing here; some look like a misspelt other. */
const diracsOthers = new Set([
  'InputDataModule', 'JobConfigArgs', 'SoftwareDistModule', 'ProcessingType', 'JobExecDir', 'StopSigRegex', 'StopSigNumber', 'StopSigStartWork',
  'StopSigFinishWork', 'DisableCPUCheck', 'Requirements', 'Rank', 'JobID', 'Parameter', 'ParameterNumber',
]); // prettier-ignore

/** An attribute without a meaning is kept with the job, and said; one that is a misspelt other is refused: keeping it would change the job. */
export function checkNames(attributes: Attributes, io: Io): void {
  for (const [name, { place }] of attributes) {
    if (knownName(name) !== undefined) continue;
    const [head = name] = name.split('.');
    const meant = diracsOthers.has(head) ? undefined : didYouMean(head, knownAttributes);
    if (meant !== undefined) throw usageError(`${sayPlace(place)}: there is no attribute ${name}. Did you mean ${meant}?`);
    io.note(say`dsub: ${sayPlace(place)}: ${name} changes nothing here; it is kept with the job.`);
  }
}
