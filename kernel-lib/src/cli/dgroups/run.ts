import { currentSession } from '@diraclab/contract/sign-in';
import type { RunOf } from '../commands';
import { exitCodes, usageError } from '../exit-codes';
import { readMemberships } from '../sign-in/choose-group';
import { findSignInPlace, nothingToSignIn } from '../sign-in/service';
import { json } from '../text/printable';
import { prettyTable } from '../text/table';
import type { dgroupsSpec } from './spec';

export const dgroups: RunOf<typeof dgroupsSpec> = async ({ options, args }, io) => {
  if (args.length > 0) throw usageError('dgroups takes no arguments.', '"dinit -g GROUP" changes the group.');
  const place = await findSignInPlace(io);
  if (place === undefined) return nothingToSignIn('dgroups', io);
  const now = await currentSession(place.directory, place.url);
  const memberships = (await readMemberships(io)).map((one) => ({
    ...one,
    isCurrent: one.vo === now.vo && one.ownerGroup === now.ownerGroup,
  }));
  if (options.json) {
    io.print(json({ v: 1, memberships }, 1));
    return exitCodes.ok;
  }
  const rows = memberships.map(({ isCurrent, vo, ownerGroup, properties }) => [
    isCurrent ? '*' : '',
    vo,
    ownerGroup,
    properties.join(', '),
  ]);
  io.print(prettyTable([{ name: '' }, { name: 'VO' }, { name: 'OwnerGroup' }, { name: 'Properties' }], rows));
  return exitCodes.ok;
};
