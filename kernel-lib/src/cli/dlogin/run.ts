import type { RunOf } from '../commands';
import { exitCodes, usageError } from '../exit-codes';
import { signInByDevice, tellSignedIn } from '../sign-in/by-device';
import { findSignInPlace, nothingToSignIn } from '../sign-in/service';
import type { dloginSpec } from './spec';

export const dlogin: RunOf<typeof dloginSpec> = async ({ options, args }, io) => {
  if (args.length > 0) throw usageError('dlogin takes no arguments.', 'The service is chosen by "diraclab connect URL".');
  const place = await findSignInPlace(io);
  if (place === undefined) return nothingToSignIn('dlogin', io);
  const { provider, vo, group: ownerGroup, json } = options;
  tellSignedIn(await signInByDevice(place, { provider, vo, ownerGroup }, io), json === true, io);
  return exitCodes.ok;
};
