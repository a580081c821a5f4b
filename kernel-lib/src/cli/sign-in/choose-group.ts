import { listMemberships, type Membership } from '@diraclab/contract';
import { openClient } from '../../connection';
import { CliError, exitCodes, usageError } from '../exit-codes';
import type { Io } from '../io';

/** The one group that these words mean; a group's name is enough where it is in one VO only. */
export function chooseGroup(memberships: readonly Membership[], vo: string | undefined, ownerGroup: string | undefined): Membership {
  const fitting = memberships.filter((one) => (vo ?? one.vo) === one.vo && (ownerGroup ?? one.ownerGroup) === one.ownerGroup);
  const [first] = fitting;
  if (first === undefined) {
    const wanted = [ownerGroup === undefined ? '' : `group ${ownerGroup}`, vo === undefined ? '' : `VO ${vo}`].filter(Boolean).join(' of ');
    throw new CliError(exitCodes.notAllowed, `You are not in ${wanted}.`, `Yours: ${inWords(memberships)}.`);
  }
  if (fitting.length === 1) return first;
  const byDefault = fitting.filter(({ isDefault }) => isDefault);
  if (ownerGroup === undefined && byDefault[0] !== undefined && byDefault.length === 1) return byDefault[0];
  throw usageError(`Which one: ${inWords(fitting)}?`, 'Name it with -g GROUP and --vo VO.');
}

export async function readMemberships(io: Io): Promise<readonly Membership[]> {
  const client = await openClient(io.env);
  return (await client(listMemberships, {}, { signal: io.signal })).memberships;
}

const inWords = (memberships: readonly Membership[]): string =>
  memberships.length === 0 ? 'none' : memberships.map(({ vo, ownerGroup }) => `${ownerGroup} (VO ${vo})`).join(', ');
