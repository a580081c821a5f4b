import { z } from 'zod';
import { Cursor, Instant } from './paging';
import { route } from './route';
import { JobId } from './jobs';
import { oneLine } from './texts';

/** What leaves a line: every act that changes something, and who signed in. */
export const auditActs = [
  'submit', 'kill', 'reschedule', 'delete', 'restore', 'hold', 'release', 'prioritise', 'change', 'match', 'registryChange', 'signIn', 'signOut', 'token', 'credential',
] as const; // prettier-ignore
export const AuditAct = z.enum(auditActs).meta({ id: 'AuditAct' });
export type AuditAct = z.infer<typeof AuditAct>;

export const AuditEntry = z
  .object({
    auditId: z.number().int(),
    time: Instant,
    act: AuditAct,
    owner: z.string(),
    ownerGroup: z.string(),
    vo: z.string(),
    personId: z.number().int().nullable(),
    tokenId: z.string().nullable(),
    pilotId: z.number().int().nullable(),
    site: z.string().nullable(),
    endUser: z.string().nullable(),
    jobGroup: z.string().nullable(),
    /** How many jobs, or changed entries. */
    count: z.number().int(),
    /** `5,7,9-12`; a bulk is one line. */
    jobIds: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

/** All that are given hold. */
export const AuditQuery = z
  .strictObject({
    vo: oneLine(100).optional(),
    owner: oneLine(100).optional(),
    personId: z.number().int().optional(),
    tokenId: oneLine(200).optional(),
    pilotId: z.number().int().optional(),
    site: oneLine(200).optional(),
    endUser: oneLine(255).optional(),
    jobGroup: oneLine(128).optional(),
    jobId: JobId.optional(),
    acts: z.array(AuditAct).min(1).max(auditActs.length).optional(),
    since: z.iso.datetime().optional(),
    until: z.iso.datetime().optional(),
    /** Lines on this page, newest first, 1 to 1,000; default 100. */
    limit: z.number().int().min(1).max(1000).optional(),
    after: Cursor.optional(),
  })
  .meta({ id: 'AuditQuery' });
export type AuditQuery = z.infer<typeof AuditQuery>;

export const searchAudit = route({
  name: 'searchAudit',
  summary: 'Who did what, with which token, where: of the own VO for its manager, of all for operators',
  method: 'POST',
  path: '/audit/search',
  body: AuditQuery,
  returns: z.object({ entries: z.array(AuditEntry), next: z.string().nullable() }).meta({ id: 'AuditPage' }),
  errors: ['BadRequest', 'NotAllowed'],
});
