export { environmentOf } from './environment.ts';
export { findGpus } from './find-gpus.ts';
export { findProgram } from './find-program.ts';
export type { Payload, PayloadEnd, PayloadRunner, Usage } from './port.ts';
export { createProcessRunner } from './process.ts';
