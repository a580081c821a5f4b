import * as contract from '@diraclab/contract';
import { ContractError } from '@diraclab/contract';
import type { Config } from '../config.ts';
import type { Database } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import { isPilot, keepsCredentials } from '../identity/policies.ts';
import type { Secret } from '../identity/secret-file.ts';
import type { TrustedCas } from './check-proxy.ts';
import { giveJobProxy } from './job-proxy.ts';
import { deleteProxy, describeProxy, keepProxy } from './keep-proxy.ts';
import { readTrustedCas } from './trusted-cas.ts';

export interface CredentialParts {
  database: Database;
  config: Config;
  /** What proxies are sealed with. */
  secret: Secret;
}

export function credentialDoors(doors: Doors, { database, config, secret }: CredentialParts): void {
  doors.answer(contract.getProxy, { may: keepsCredentials, does: (_input, caller) => describeProxy(database, caller) });
  doors.answer(contract.uploadProxy, {
    may: keepsCredentials,
    does: async ({ body }, caller) => keepProxy(database, { secret, trusted: await trustedBy(config) }, body.pem, caller),
  });
  doors.answer(contract.getJobProxy, { may: isPilot, does: ({ params }, pilot) => giveJobProxy(database, secret, params.jobId, pilot) });
  doors.answer(contract.deleteProxy, { may: keepsCredentials, does: (_input, caller) => deleteProxy(database, caller) });
}

/** On a laptop there is one person to whom a name can belong. At a service anybody could write another's name into a certificate of an own CA. */
async function trustedBy({ service, trustedCasDirectory }: Config): Promise<TrustedCas> {
  if (trustedCasDirectory !== undefined) return readTrustedCas(trustedCasDirectory);
  if (service === undefined) return undefined;
  throw new ContractError('NotAllowed', 'This service takes no proxies: it knows no CA that it could trust.', {
    next: 'Operators: set trustedCasDirectory, for example to /etc/grid-security/certificates.',
  });
}
