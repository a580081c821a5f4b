import { control, join, type Printable } from './printable';

export interface ColourChoice {
  /** `--color`. */
  asked?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  isTty: boolean;
}

/** The flag wins, then FORCE_COLOR and NO_COLOR (any value but the empty one; FORCE_COLOR=0 is no), then what stands at the other end. */
export function wantsColour({ asked, env, isTty }: ColourChoice): boolean {
  if (asked === 'always') return true;
  if (asked === 'never') return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  if (env['NO_COLOR'] || env['TERM'] === 'dumb') return false;
  return isTty;
}

const colourOf: Readonly<Record<string, number>> = {
  Done: 32,
  Completed: 32,
  Running: 36,
  Completing: 36,
  Failed: 31,
  Killed: 31,
  Stalled: 33,
};

/** The state stays a word; colour only helps the eye. */
export function colourStatus(status: string, cell: Printable): Printable {
  const colour = colourOf[status];
  return colour === undefined ? cell : join([control(`\u001b[${colour}m`), cell, control('\u001b[0m')]);
}
