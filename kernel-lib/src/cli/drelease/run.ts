import { runAct } from '../acting/run';
import type { RunOf } from '../commands';
import type { dreleaseSpec } from './spec';

export const drelease: RunOf<typeof dreleaseSpec> = (parsed, io) => runAct('drelease', 'release', parsed, io);
