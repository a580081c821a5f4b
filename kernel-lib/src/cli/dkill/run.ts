import { runAct } from '../acting/run';
import type { RunOf } from '../commands';
import type { dkillSpec } from './spec';

export const dkill: RunOf<typeof dkillSpec> = (parsed, io) => runAct('dkill', parsed.options.delete ? 'delete' : 'kill', parsed, io);
