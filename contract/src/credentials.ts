import { z } from 'zod';
import { Instant } from './paging';
import { route } from './route';
import { JobId } from './jobs';
import { text } from './texts';

/** What is told of a stored proxy. The proxy itself is in no answer to a person. */
export const ProxyInfo = z
  .object({
    /** The person's name in the certificate, without the proxies' own parts: `/DC=org/DC=example/CN=alice`. */
    subject: z.string(),
    /** Who signed the person's certificate. */
    issuer: z.string(),
    /** The earliest end in the chain. */
    notAfterTime: Instant,
    vo: z.string(),
    ownerGroup: z.string(),
    /** VOMS attributes, as they stand in the proxy; for showing only, they give no rights here. */
    fqans: z.array(z.string()),
    uploadTime: Instant,
    expired: z.boolean(),
    /** What should be done, in words; null while all is well. */
    warning: z.string().nullable(),
  })
  .meta({ id: 'ProxyInfo' });
export type ProxyInfo = z.infer<typeof ProxyInfo>;

export const getProxy = route({
  name: 'getProxy',
  summary: 'What is known of the own stored proxy for this VO and group',
  method: 'GET',
  path: '/credentials/proxy',
  returns: ProxyInfo,
  errors: ['NotFound'],
});

export const uploadProxy = route({
  name: 'uploadProxy',
  summary: 'Store an X.509 (VOMS) proxy for this VO and group, in place of an earlier one',
  method: 'PUT',
  path: '/credentials/proxy',
  body: z.strictObject({ pem: text(65_536) }).meta({ id: 'UploadProxy' }),
  returns: ProxyInfo,
  errors: ['BadRequest', 'NotAllowed'],
});

export const deleteProxy = route({
  name: 'deleteProxy',
  summary: 'Delete the own stored proxy for this VO and group',
  method: 'DELETE',
  path: '/credentials/proxy',
  returns: z.object({ subject: z.string() }).meta({ id: 'DeletedProxy' }),
  errors: ['NotFound'],
});

export const getJobProxy = route({
  name: 'getJobProxy',
  summary: 'The proxy of its owner for a job that asks for one; to the pilot that holds it, and nobody else',
  method: 'GET',
  path: '/jobs/:jobId/proxy',
  params: z.strictObject({ jobId: JobId }),
  returns: z.object({ pem: z.string() }).meta({ id: 'JobProxy' }),
  errors: ['NotFound', 'NotReady'],
});
