import type { AuditAct } from '@diraclab/contract';
import { audit } from '../audit/audit.ts';
import type { Tx } from '../database/port.ts';
import { revokeFamily } from './token-family-store.ts';
import type { FamilyRow } from './token-family-store.ts';

/** Ends a sign-in before its time, and says so in the audit trail, once. */
export async function endFamily(tx: Tx, family: FamilyRow, act: AuditAct, why: string, nowMs: number): Promise<void> {
  if (!(await revokeFamily(tx, family.family_id, why, nowMs))) return;
  const actor = {
    owner: family.owner,
    vo: family.vo,
    ownerGroup: family.owner_group,
    personId: family.person_id,
    tokenId: family.family_id,
  };
  await audit(tx, [{ act, actor, n: 1, detail: why }], nowMs);
}
