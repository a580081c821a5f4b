import { ContractError } from '@diraclab/contract';
import { instant } from '../database/instant.ts';
import type { Tx } from '../database/port.ts';
import { findProxy } from './proxy-store.ts';
import type { ProxyOwner } from './proxy-store.ts';

/** A job that asks for a proxy is refused where its owner has none: it could only fail, hours later. */
export async function mustHaveProxy(tx: Tx, { owner, vo, ownerGroup }: ProxyOwner, nowMs: number): Promise<void> {
  const stored = await findProxy(tx, { owner, vo, ownerGroup });
  if (stored !== undefined && stored.not_after_ms > nowMs) return;
  const why = stored === undefined ? 'you have stored none' : `yours ended at ${instant(stored.not_after_ms)}`;
  throw new ContractError('BadRequest', `The job asks for a proxy, but for ${vo}/${ownerGroup} ${why}; nothing was submitted.`, {
    next: 'Store one: dproxy upload FILE.',
  });
}
