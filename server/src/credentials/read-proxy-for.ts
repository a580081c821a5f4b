import { ContractError } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Secret } from '../identity/secret-file.ts';
import { findProxy } from './proxy-store.ts';
import type { ProxyOwner } from './proxy-store.ts';

/** The key follows from the secret and from whose it is: a row that is copied to another person, VO or group cannot be opened there. */
const purposeOf = ({ owner, vo, ownerGroup }: ProxyOwner): string => `proxy of ${JSON.stringify([owner, vo, ownerGroup])}`;

export const sealProxy = (secret: Secret, of: ProxyOwner, pem: string): string => secret.seal(pem, purposeOf(of));

/**
 * The proxy of this person for this VO and group, as PEM. The only function that opens one, for jobs and data operations of its
 * owner. What it gives must go into no answer to a person, no log line and no audit line.
 */
export async function readProxyFor(database: Database, secret: Secret, of: ProxyOwner): Promise<string> {
  const row = await findProxy(database.read, of);
  const whose = `${of.owner} for ${of.vo}/${of.ownerGroup}`;
  if (row === undefined)
    throw new ContractError('NotFound', `There is no proxy of ${whose}.`, { next: 'Its owner sends one: dproxy upload FILE.' });
  if (row.not_after_ms <= (await database.nowMs()))
    throw new ContractError('NotFound', `The proxy of ${whose} has expired.`, { next: 'Its owner sends a new one: dproxy upload FILE.' });
  try {
    return secret.unseal(row.sealed, purposeOf(of));
  } catch (cause) {
    throw new ContractError('NotReady', `The proxy of ${whose} was sealed with another secret and cannot be opened.`, {
      next: 'Operators: put the secret file back that it was stored with (secretFile). Where that is lost, its owner sends the proxy anew.',
      cause,
    });
  }
}
