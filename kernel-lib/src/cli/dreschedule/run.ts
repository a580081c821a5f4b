import { runAct } from '../acting/run';
import type { RunOf } from '../commands';
import type { drescheduleSpec } from './spec';

export const dreschedule: RunOf<typeof drescheduleSpec> = (parsed, io) => runAct('dreschedule', 'reschedule', parsed, io);
