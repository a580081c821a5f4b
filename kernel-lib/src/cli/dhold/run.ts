import { runAct } from '../acting/run';
import type { RunOf } from '../commands';
import type { dholdSpec } from './spec';

export const dhold: RunOf<typeof dholdSpec> = (parsed, io) => runAct('dhold', 'hold', parsed, io);
