import { ContractError } from '@diraclab/contract';
import type { Agent } from '../agents.ts';
import type { Database } from '../database/port.ts';
import type { Logger } from '../logger.ts';
import { createAccessTokens } from './access-tokens.ts';
import type { FindCaller } from './caller.ts';
import type { TokenParts } from './get-tokens.ts';
import { createIdentityCleaningAgent } from './identity-cleaning-agent.ts';
import { createProviders } from './providers.ts';
import { createRevocations, revocationsEveryMs } from './revocations.ts';
import { ensureSecretFile } from './secret-file.ts';
import { createFindServiceCaller } from './service-callers.ts';
import type { ServiceConfig } from './service-config.ts';
import { openSigningKeys } from './signing-keys.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { SignInParts } from './start-sign-in.ts';

/** All that sign-in and tokens of a service need, made once. */
export interface ServiceIdentity extends SignInParts, TokenParts {
  service: ServiceConfig;
  logger: Logger;
  keys: SigningKeys;
  findCaller: FindCaller;
  /** Work of each server for itself. */
  ownAgents: Agent[];
  /** Work that one server does for all. */
  sharedAgents: Agent[];
}

export const callbackPath = '/identity/callback';

export async function openServiceIdentity(database: Database, service: ServiceConfig, logger: Logger): Promise<ServiceIdentity> {
  const secret = await ensureSecretFile(service.secretFile);
  const keys = await openSigningKeys(database, secret);
  const accessTokens = createAccessTokens(keys, service.publicUrl, `${service.publicUrl}/api`);
  const revocations = createRevocations(database);
  await revocations.look();
  return {
    database,
    service,
    logger,
    secret,
    keys,
    accessTokens,
    revocations,
    providers: createProviders(service.providers, `${service.publicUrl}/api${callbackPath}`, logger),
    findCaller: createFindServiceCaller({ db: database.read, accessTokens, revocations }),
    ownAgents: [
      { name: 'revocations', everyMs: revocationsEveryMs, run: () => revocations.look() },
      { name: 'signing-keys', everyMs: 60_000, run: () => keys.renew() },
    ],
    sharedAgents: [{ name: 'identity-cleaning', everyMs: 600_000, run: createIdentityCleaningAgent(database) }],
  };
}

/** A laptop has one person, whose token lies in the data directory. */
export function serviceOnly(identity: ServiceIdentity | undefined): ServiceIdentity {
  if (identity !== undefined) return identity;
  throw new ContractError('NotFound', 'Nobody signs in on a laptop’s server: the token in its data directory opens it.', {
    next: 'Use it as it is, or connect to a service ("diraclab connect URL").',
  });
}
