import { signOut } from '@diraclab/contract/sign-in';
import type { RunOf } from '../commands';
import { exitCodes, usageError } from '../exit-codes';
import { messageOf } from '../explain';
import { findSignInPlace, nothingToSignIn } from '../sign-in/service';
import { say } from '../text/printable';
import type { dlogoutSpec } from './spec';

export const dlogout: RunOf<typeof dlogoutSpec> = async ({ args }, io) => {
  if (args.length > 0) throw usageError('dlogout takes no arguments.');
  const place = await findSignInPlace(io);
  if (place === undefined) return nothingToSignIn('dlogout', io);
  try {
    const was = await signOut(place.directory, place.url);
    io.note(was ? say`Signed out of ${place.url}.` : say`You were not signed in at ${place.url}.`);
    return exitCodes.ok;
  } catch (error) {
    io.note(say`dlogout: the sign-in is removed here, but the service was not told: ${messageOf(error)}`);
    io.note(say`  It ends there by itself. If somebody else may have the file, tell the operators of the service.`);
    return exitCodes.partlyDone;
  }
};
