import * as contract from '@diraclab/contract';
import { ContractError } from '@diraclab/contract';
import type { Doors } from '../http/answer.ts';
import { limitKey } from '../http/client-address.ts';
import { createRateLimit } from '../http/rate-limit.ts';
import { listMemberships } from '../registry/index.ts';
import { readEntry } from '../registry/registry-store.ts';
import type { Caller } from './caller.ts';
import { getTokens } from './get-tokens.ts';
import { isPerson, managesTokens } from './policies.ts';
import { createPersonalToken, listPersonalTokens, revokePersonalToken } from './personal-tokens.ts';
import { serviceOnly } from './service-identity.ts';
import type { ServiceIdentity } from './service-identity.ts';
import { signOut } from './sign-out.ts';
import { pollIntervalS, signInLifeS, startDeviceSignIn } from './start-sign-in.ts';

/** From one address, which may be a whole institute's or a JupyterHub's: 700 people renew theirs 50 times a minute together. */
const tokensPerMinute = 1_200;
const startsPerMinute = 120;
/** Of one person. */
const personalTokensPerMinute = 20;

/** Sign-in and tokens for programs; what browsers see is in pages/. `identity` is undefined on a laptop. */
export function identityDoors(doors: Doors, identity: ServiceIdentity | undefined): void {
  const limits = {
    tokens: createRateLimit('questions for tokens', tokensPerMinute),
    starts: createRateLimit('sign-ins', startsPerMinute),
    personalTokens: createRateLimit('personal tokens', personalTokensPerMinute),
  };

  doors.answerAnyone(contract.signInOptions, async () => toOptions(identity));
  doors.answerAnyone(contract.getJwks, async () => ({ keys: serviceOnly(identity).keys.published() }));
  doors.answerAnyone(contract.startDeviceSignIn, async ({ body }, from) => {
    const service = serviceOnly(identity);
    limits.starts.take(limitKey(from));
    mustBeProvider(service, body.provider);
    const { deviceCode, userCode } = await startDeviceSignIn(service, body, from ?? 'this machine');
    const verificationUri = `${service.service.publicUrl}/api${contract.devicePath}`;
    const verificationUriComplete = `${verificationUri}?userCode=${userCode}`;
    return { deviceCode, userCode, verificationUri, verificationUriComplete, expiresInS: signInLifeS, intervalS: pollIntervalS };
  });
  doors.answerAnyone(contract.getTokens, async ({ body }, from) => {
    const service = serviceOnly(identity);
    limits.tokens.take(limitKey(from));
    return getTokens(service, body);
  });
  doors.answerAnyone(contract.signOut, async ({ body }, from) => {
    const { database, revocations } = serviceOnly(identity);
    limits.tokens.take(limitKey(from));
    await signOut(database, revocations, body.refreshToken);
    return {};
  });

  doors.answer(contract.listMemberships, {
    may: isPerson,
    does: async (_input, caller) => ({ memberships: await membershipsOf(identity, caller) }),
  });
  doors.answer(contract.createPersonalToken, {
    may: managesTokens,
    does: async ({ body }, caller) => {
      const { database } = serviceOnly(identity);
      limits.personalTokens.take(String(caller.personId));
      return createPersonalToken(database, body, caller);
    },
  });
  doors.answer(contract.listPersonalTokens, {
    may: managesTokens,
    does: async (_input, caller) => ({ tokens: await listPersonalTokens(serviceOnly(identity).database, caller) }),
  });
  doors.answer(contract.revokePersonalToken, {
    may: managesTokens,
    does: async ({ params }, caller) => {
      const { database, revocations } = serviceOnly(identity);
      await revokePersonalToken(database, params.tokenId, caller);
      revocations.add(params.tokenId);
      return {};
    },
  });
}

function toOptions(identity: ServiceIdentity | undefined): contract.Answer<typeof contract.signInOptions> {
  if (identity === undefined) return { mode: 'laptop', providers: [], authorizeUrl: null, deviceUrl: null };
  const base = `${identity.service.publicUrl}/api`;
  return {
    mode: 'service',
    providers: identity.providers.names.map(({ name, title }) => ({ name, title })),
    authorizeUrl: `${base}${contract.authorizePath}`,
    deviceUrl: `${base}${contract.devicePath}`,
  };
}

export function mustBeProvider({ providers }: Pick<ServiceIdentity, 'providers'>, name: string | undefined): void {
  if (name === undefined || providers.names.some((provider) => provider.name === name)) return;
  throw new ContractError('NotFound', `There is no identity provider "${name}" here.`, {
    next: `There are: ${providers.names.map((provider) => provider.name).join(', ') || 'none'}.`,
  });
}

/** For whoAmI: as the provider or the registry says it; without one, the user name. */
export async function nameOf(identity: ServiceIdentity | undefined, { owner, personId }: Caller): Promise<string> {
  if (identity === undefined || personId === undefined) return owner;
  return (await readEntry(identity.database.read, 'person', owner))?.body.name ?? owner;
}

/** Also for whoAmI. */
export async function membershipsOf(identity: ServiceIdentity | undefined, caller: Caller): Promise<contract.Membership[]> {
  if (identity !== undefined && caller.personId !== undefined) return listMemberships(identity.database.read, caller.personId);
  if (caller.kind !== 'user') return [];
  return [{ vo: caller.vo, ownerGroup: caller.ownerGroup, properties: [...caller.properties], isDefault: true }];
}
