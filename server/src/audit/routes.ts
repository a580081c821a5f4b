import { searchAudit as searchAuditRoute } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import { managesRegistry, operates } from '../identity/policies.ts';
import { searchAudit } from './audit-store.ts';

export function auditDoors(doors: Doors, db: Db): void {
  doors.answer(searchAuditRoute, {
    may: managesRegistry,
    does: ({ body }, caller) => searchAudit(db, body, operates(caller) ? undefined : caller.vo),
  });
}
