import { ContractError, startDeviceSignIn } from '@diraclab/contract';
import { signIn, type SignedIn } from '@diraclab/contract/sign-in';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Io } from '../io';
import { say } from '../text/printable';
import { openDoors, type SignInPlace } from './service';
import { showCode } from './show-code';

/** What the person asked for; the service chooses the rest. */
export interface Choice {
  provider?: string | undefined;
  vo?: string | undefined;
  ownerGroup?: string | undefined;
}

/** RFC 8628, 3.5: so much slower each time the service asks for it. */
const slowerByS = 5;

/** Shows a link and a code, and waits until they were confirmed in a browser somewhere. */
export async function signInByDevice({ url, directory }: SignInPlace, choice: Choice, io: Io): Promise<SignedIn> {
  const begun = await openDoors(url)(startDeviceSignIn, { body: withoutUndefined(choice) }, { signal: io.signal });
  showCode(url, begun, io);
  const endMs = Date.now() + begun.expiresInS * 1000;
  let pauseS = Math.max(1, begun.intervalS);
  while (Date.now() < endMs) {
    await sleep(pauseS * 1000, undefined, { signal: io.signal });
    try {
      return await signIn(directory, url, { grantType: 'deviceCode', deviceCode: begun.deviceCode });
    } catch (error) {
      const code = error instanceof ContractError ? error.code : '';
      if (code === 'SlowDown' || code === 'TooManyRequests') pauseS += slowerByS;
      // Not confirmed yet, or the service is away for a moment.
      else if (code !== 'SignInPending' && code !== 'NotReady') throw error;
    }
  }
  throw new ContractError('SignInExpired', `The code ${begun.userCode} was not confirmed in time.`, { next: 'Run "dlogin" again.' });
}

function withoutUndefined({ provider, vo, ownerGroup }: Choice) {
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(vo === undefined ? {} : { vo }),
    ...(ownerGroup === undefined ? {} : { ownerGroup }),
  };
}

export function tellSignedIn({ owner, vo, ownerGroup, url }: SignedIn, asJson: boolean, io: Io): void {
  if (asJson) io.print(say`${JSON.stringify({ v: 1, owner, vo, ownerGroup, service: url })}`);
  else io.note(say`Signed in as ${owner}, group ${ownerGroup} of VO ${vo}, at ${url}.`);
}
