import { cpus, hostname, totalmem } from 'node:os';
import type { NewJobParameters } from '@diraclab/contract';
import { plainText } from './text.ts';
import { pilotVersion } from './version.ts';

/** What a job ran on, under DIRAC's names for it: kept with the attempt, for whoever wonders why it was slow here. */
export function nodeParameters(): NewJobParameters {
  const [cpu] = cpus();
  return {
    HostName: plainText(hostname(), 255),
    ...(cpu === undefined ? {} : { ModelName: plainText(cpu.model, 255), 'CPU(MHz)': String(cpu.speed) }),
    'Memory(MB)': String(Math.floor(totalmem() / 2 ** 20)),
    PilotVersion: pilotVersion,
  };
}
