import { runAct } from '../acting/run';
import type { RunOf } from '../commands';
import type { drestoreSpec } from './spec';

export const drestore: RunOf<typeof drestoreSpec> = (parsed, io) => runAct('drestore', 'restore', parsed, io);
