import { createClient, type Client } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { dataDirectory, findService } from '../../connection';
import { lost } from '../../reach';
import { exitCodes, usageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { say } from '../text/printable';

/** The service that one signs in to, and where the sign-in is kept. */
export interface SignInPlace {
  url: string;
  directory: string;
}

/** Undefined where the work is done by a server of this machine, which knows its user without. */
export async function findSignInPlace(io: Io): Promise<SignInPlace | undefined> {
  if (io.env['DIRACLAB_URL']) {
    throw usageError(
      `DIRACLAB_URL is set, so DIRACLAB_TOKEN_FILE says who you are at ${io.env['DIRACLAB_URL']}.`,
      'To sign in instead, unset both and choose the service with "diraclab connect URL".',
    );
  }
  const service = await findService(io.env);
  if (service?.tokenFile !== undefined) {
    throw usageError(
      `The token in ${service.tokenFile} says who you are at ${service.url}.`,
      `To sign in instead, run "diraclab connect ${service.url}" without --token-file.`,
    );
  }
  return service === undefined ? undefined : { url: service.url, directory: dataDirectory(io.env) };
}

export function nothingToSignIn(command: string, io: Io): ExitCode {
  io.note(say`${command}: no sign-in is needed: your jobs are done by a server of this machine. "diraclab connect URL" chooses a service.`);
  return exitCodes.ok;
}

/** A client for what is open to everybody. */
export function openDoors(url: string): Client {
  const transport = nodeTransport(url);
  return createClient((request) =>
    transport(request).catch((error: unknown) => {
      throw lost(error, url);
    }),
  );
}
