import { ContractError } from '@diraclab/contract';
import { currentSession, renewSession, type SignedIn } from '@diraclab/contract/sign-in';
import type { RunOf } from '../commands';
import { exitCodes, usageError } from '../exit-codes';
import type { Io } from '../io';
import { signInByDevice, tellSignedIn, type Choice } from '../sign-in/by-device';
import { chooseGroup, readMemberships } from '../sign-in/choose-group';
import { findSignInPlace, nothingToSignIn, type SignInPlace } from '../sign-in/service';
import type { dinitSpec } from './spec';

export const dinit: RunOf<typeof dinitSpec> = async ({ options, args }, io) => {
  if (args.length > 0) throw usageError('dinit takes no arguments.', 'A group is named by -g GROUP.');
  const place = await findSignInPlace(io);
  if (place === undefined) return nothingToSignIn('dinit', io);
  const { provider, vo, group: ownerGroup, json } = options;
  const choice = { provider, vo, ownerGroup };
  const session = (await isSignedIn(place)) ? await renew(place, choice, io) : await signInByDevice(place, choice, io);
  tellSignedIn(session, json === true, io);
  return exitCodes.ok;
};

async function isSignedIn({ directory, url }: SignInPlace): Promise<boolean> {
  return currentSession(directory, url).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ContractError && error.code === 'NotSignedIn') return false;
      throw error;
    },
  );
}

async function renew({ directory, url }: SignInPlace, { vo, ownerGroup }: Choice, io: Io): Promise<SignedIn> {
  if (vo === undefined && ownerGroup === undefined) return renewSession(directory, url, { always: true });
  const group = vo !== undefined && ownerGroup !== undefined ? { vo, ownerGroup } : chooseGroup(await readMemberships(io), vo, ownerGroup);
  return renewSession(directory, url, { switchTo: { vo: group.vo, ownerGroup: group.ownerGroup } });
}
