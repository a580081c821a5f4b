import { type Client, getProxy, whoAmI } from '@diraclab/contract';
import { isSignedIn, readSession } from '@diraclab/contract/sign-in';
import { dataDirectory, findServer, findService, openClient } from '../../connection';
import type { RunOf } from '../commands';
import { codeOf, exitCodes, usageError } from '../exit-codes';
import type { Io } from '../io';
import { json, say } from '../text/printable';
import type { dwhoamiSpec } from './spec';
import { timeLeft } from './time-left';

export const dwhoami: RunOf<typeof dwhoamiSpec> = async ({ options, args }, io) => {
  if (args.length > 0) throw usageError('dwhoami takes no arguments.');
  const client = await openClient(io.env);
  const me = await client(whoAmI, {}, { signal: io.signal });
  const { address } = await findServer(io.env);
  const endMs = await signInEnd(address, io);
  const proxyEndTime = await proxyEnd(client, io);
  if (options.json) {
    const endTime = endMs === undefined ? null : new Date(endMs).toISOString();
    io.print(json({ v: 1, ...me, address, signInEndTime: endTime, proxyEndTime }, 1));
    return exitCodes.ok;
  }
  // As dirac-proxy-info prints it.
  io.print(say`username     : ${me.owner}`);
  io.print(say`DIRAC group  : ${me.ownerGroup}`);
  io.print(say`VO           : ${me.vo}`);
  io.print(say`properties   : ${me.properties.join(', ')}`);
  if (endMs !== undefined) io.print(say`timeleft     : ${timeLeft(endMs - io.now().getTime())}`);
  if (proxyEndTime !== null) io.print(say`proxy        : ${timeLeft(Date.parse(proxyEndTime) - io.now().getTime())}`);
  io.print(say`server       : ${address}`);
  return exitCodes.ok;
};

/** Of the stored proxy; most people need none, and a narrowed token is not told. */
async function proxyEnd(client: Client, io: Io): Promise<string | null> {
  try {
    return (await client(getProxy, {}, { signal: io.signal })).notAfterTime;
  } catch (error) {
    if (['NotFound', 'NotAllowed'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

/** Of the sign-in that these commands share; a laptop's does not end, and a token in a file keeps its end to itself. */
async function signInEnd(address: string, io: Io): Promise<number | undefined> {
  if (io.env['DIRACLAB_URL'] || (await findService(io.env))?.tokenFile !== undefined) return undefined;
  const session = await readSession(dataDirectory(io.env), address);
  return isSignedIn(session) ? session.refreshExpiresMs : undefined;
}
