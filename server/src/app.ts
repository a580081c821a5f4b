import { ContractError, isLive, isReady, openApiDocument, whoAmI } from '@diraclab/contract';
import type { Property } from '@diraclab/contract';
import express from 'express';
import type { Express } from 'express';
import { auditDoors } from './audit/routes.ts';
import type { Config } from './config.ts';
import { credentialDoors } from './credentials/routes.ts';
import type { CredentialParts } from './credentials/routes.ts';
import type { Database } from './database/port.ts';
import { accountingDoors } from './accounting/routes.ts';
import { createDoors } from './http/answer.ts';
import type { Doors } from './http/answer.ts';
import { createClientAddress } from './http/client-address.ts';
import { explain } from './http/explain.ts';
import type { FindCaller } from './identity/caller.ts';
import { pageDoors } from './identity/pages/routes.ts';
import { anybodySignedIn } from './identity/policies.ts';
import { identityDoors, membershipsOf, nameOf } from './identity/routes.ts';
import type { ServiceIdentity } from './identity/service-identity.ts';
import { jobDoors } from './jobs/routes.ts';
import type { JobParts } from './jobs/routes.ts';
import type { Logger } from './logger.ts';
import type { Meters } from './metrics/meters.ts';
import { operationDoors } from './operations/routes.ts';
import type { OperationDoorParts } from './operations/routes.ts';
import { policyDoors } from './matching-policy/routes.ts';
import type { PolicyParts } from './matching-policy/routes.ts';
import { pilotDoors } from './pilots/routes.ts';
import type { PilotParts } from './pilots/routes.ts';
import { registryDoors } from './registry/routes.ts';
import { sandboxDoors } from './sandboxes/routes.ts';
import { version } from './version.ts';
import { viewDoors } from './views/routes.ts';
import { whyDoors } from './why/routes.ts';
import type { WhyParts } from './why/why-job.ts';

export interface AppParts extends JobParts, OperationDoorParts, PilotParts, WhyParts, PolicyParts, CredentialParts {
  database: Database;
  config: Config;
  findCaller: FindCaller;
  /** Undefined on a laptop. */
  identity: ServiceIdentity | undefined;
  logger: Logger;
  meters: Meters;
  changed: JobParts['changed'];
}

/** Express and the list of doors. */
export function createApp(parts: AppParts): { app: Express; doors: Doors } {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  const isHttps = parts.config.service?.publicUrl.startsWith('https:') === true;
  app.use((_request, response, next) => {
    // Answers are data, never pages; nothing of them is kept by a browser or run by one.
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (isHttps) response.setHeader('Strict-Transport-Security', 'max-age=31536000');
    response.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox");
    next();
  });
  const router = express.Router();
  const addressOf = createClientAddress(parts.config.service?.trustedProxies ?? []);
  const doors = createDoors(router, parts.findCaller, addressOf, parts.meters);
  const startTime = new Date().toISOString();

  doors.answerAnyone(isLive, async () => ({ status: 'live' as const, version }));
  doors.answerAnyone(isReady, async () => {
    await parts.database.nowMs().catch((error: unknown) => {
      throw new ContractError('NotReady', 'The database does not answer.', {
        next: 'Try again; if it stays so, look at the database.',
        cause: error,
      });
    });
    return { status: 'ready' as const, database: parts.database.kind };
  });
  doors.answer(whoAmI, {
    may: anybodySignedIn,
    does: async (_input, caller) => ({
      owner: caller.owner,
      ownerGroup: caller.ownerGroup,
      vo: caller.vo,
      properties: [...caller.properties] as Property[],
      personId: caller.personId ?? null,
      name: await nameOf(parts.identity, caller),
      tokenId: caller.tokenId ?? null,
      tokenExpiresTime: caller.expiresMs === undefined ? null : new Date(caller.expiresMs).toISOString(),
      scopes: caller.scopes === undefined ? null : [...caller.scopes],
      memberships: await membershipsOf(parts.identity, caller),
      server: {
        version,
        mode: parts.config.service === undefined ? ('laptop' as const) : ('service' as const),
        startTime,
        maxBulkJobs: parts.config.maxBulkJobs,
        maxSandboxFileBytes: parts.config.maxSandboxFileBytes,
      },
    }),
  });
  router.get('/openapi.json', (_request, response) => {
    response.json(openApiDocument(version));
  });
  identityDoors(doors, parts.identity);
  if (parts.identity !== undefined) pageDoors(router, parts.identity, addressOf);
  jobDoors(doors, parts);
  operationDoors(doors, parts);
  whyDoors(doors, parts);
  sandboxDoors(doors, parts.database, parts.sandboxes);
  pilotDoors(doors, parts);
  accountingDoors(doors, parts.database);
  registryDoors(doors, parts.database);
  auditDoors(doors, parts.database.read);
  viewDoors(doors, parts.database);
  credentialDoors(doors, parts);
  policyDoors(doors, parts);

  app.use('/api', router);
  app.use((request) => {
    throw new ContractError('NotFound', `There is nothing at ${request.method} ${request.path.slice(0, 200)}.`, {
      next: 'GET /api/openapi.json lists what there is.',
    });
  });
  app.use(explain(parts.logger));
  return { app, doors };
}
