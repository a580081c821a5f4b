import type { LabSession } from '@diraclab/contract/lab-session';
import { currentSession, isSignedIn, readSession } from '@diraclab/contract/sign-in';
import type { SignedIn } from '@diraclab/contract/sign-in';
import { chosenService } from '../service.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The address of the service that one signs in to here; undefined for a server of this machine, or a token in a file. */
export async function signInService(dataDirectory: string, env: Environment): Promise<string | undefined> {
  const service = await chosenService(dataDirectory, env);
  return service?.tokenFile === undefined ? service?.url : undefined;
}

/** `failure`: why the last attempt to sign in did not succeed. */
export async function stateOf(dataDirectory: string, service: string | undefined, failure: string | undefined): Promise<LabSession> {
  if (service === undefined) return { kind: 'noSignIn' };
  const asked = await currentSession(dataDirectory, service).catch(() => undefined);
  if (asked !== undefined) return signedIn(asked);
  try {
    const stored = await readSession(dataDirectory, service);
    // The service is away, and the access token's time is up; the sign-in itself has not ended.
    if (isSignedIn(stored)) return signedIn(stored);
    const { owner = '', vo = '', ownerGroup = '', why = '' } = stored ?? {};
    const before = stored === undefined ? null : { owner, vo, ownerGroup, why };
    return { kind: 'signedOut', service, before, failure: failure ?? null };
  } catch (error) {
    return { kind: 'signedOut', service, before: null, failure: failure ?? (error as Error).message };
  }
}

/** Asked just now, a token that is still due was not renewed: the service is away. */
export function signedIn({ url, owner, vo, ownerGroup, renewAtMs, accessExpiresMs, refreshExpiresMs }: SignedIn): LabSession {
  const isRenewable = Date.now() < renewAtMs;
  const endTime = new Date(isRenewable ? refreshExpiresMs : accessExpiresMs).toISOString();
  return { kind: 'signedIn', service: url, owner, vo, ownerGroup, endTime, isRenewable };
}
