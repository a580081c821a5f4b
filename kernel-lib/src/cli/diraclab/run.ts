import { checkServiceUrl, createClient, signInOptions, whoAmI, type Client } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { isSignedIn, readSession } from '@diraclab/contract/sign-in';
import { resolve } from 'node:path';
import { dataDirectory, findServer, findService } from '../../connection';
import { lost } from '../../reach';
import type { RunOf } from '../commands';
import { exitCodes, usageError } from '../exit-codes';
import type { Io } from '../io';
import { hint } from '../options/did-you-mean';
import { openDoors } from '../sign-in/service';
import { json, say } from '../text/printable';
import { readSecret, removeServiceFile, writeServiceFile } from './service-file';
import type { diraclabSpec } from './spec';
import { token } from './token';

const words = ['connect', 'disconnect', 'status', 'token', 'server'];
const seeHelp = 'diraclab --help tells more.';

export const diraclab: RunOf<typeof diraclabSpec> = async ({ options, args }, io) => {
  const [word = 'status', address, ...more] = args;
  if (!words.includes(word)) throw usageError(`diraclab has no "${word}".${hint(word, words)}`, seeHelp);
  if (word !== 'token' && [options.scopes, options.days, options.out].some((given) => given !== undefined))
    throw usageError('--scopes, --days and --out belong to token create.', seeHelp);
  if (word === 'token') return token(args.slice(1), options, io);
  if (word === 'server') throw usageError('"server" must be the first word after diraclab.', seeHelp);
  if (more.length > 0 || (word === 'connect') !== (address !== undefined)) {
    throw usageError(word === 'connect' ? 'diraclab connect takes one address.' : `diraclab ${word} takes no arguments.`, seeHelp);
  }
  if (options['token-file'] !== undefined && word !== 'connect') throw usageError('--token-file belongs to connect.', seeHelp);

  if (address !== undefined && (await connect(address, options['token-file'], io)) === 'sign in') return exitCodes.ok;
  if (word === 'disconnect') {
    const was = await removeServiceFile(dataDirectory(io.env));
    io.note(was ? say`Disconnected.` : say`There was no connection to a service.`);
    return exitCodes.ok;
  }
  await tellStatus(options.json === true, io);
  return exitCodes.ok;
};

/** Nothing is remembered before the service has said who we are, or how one signs in. */
async function connect(address: string, file: string | undefined, io: Io): Promise<'connected' | 'sign in'> {
  const url = checked(address);
  const directory = dataDirectory(io.env);
  if (file !== undefined) {
    const tokenFile = resolve(io.cwd, file);
    await ask({ address: url, token: await readSecret(tokenFile) }, io);
    await writeServiceFile(directory, { url, tokenFile });
    return 'connected';
  }
  const { mode } = await openDoors(url)(signInOptions, {}, { signal: io.signal });
  if (mode !== 'service') {
    throw usageError(
      `At ${url} is one person's own server, where nobody signs in.`,
      'Its owner connects with --token-file FILE (the file "token" in its data directory).',
    );
  }
  await writeServiceFile(directory, { url });
  if (isSignedIn(await readSession(directory, url))) return 'connected';
  io.note(say`Connected to ${url}. Now sign in: "dlogin", or "Sign in" in the DIRAC status bar of JupyterLab.`);
  return 'sign in';
}

async function tellStatus(asJson: boolean, io: Io): Promise<void> {
  const found = await findServer(io.env);
  const me = await ask(found, io);
  const isService = (await findService(io.env))?.url === found.address;
  if (asJson) {
    io.print(json({ v: 1, address: found.address, dataDirectory: dataDirectory(io.env), ...me }, 1));
    return;
  }
  io.print(
    say`${me.owner} (${me.ownerGroup}, VO ${me.vo}) at ${found.address}, ${isService ? 'a service' : 'a server of your own'}, version ${me.server.version}`,
  );
}

async function ask({ address, token }: { address: string; token: string }, io: Io) {
  const transport = nodeTransport(address);
  const client: Client = createClient((request) =>
    transport({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }).catch((error: unknown) => {
      throw lost(error, address);
    }),
  );
  return client(whoAmI, {}, { signal: io.signal });
}

function checked(address: string): string {
  try {
    return checkServiceUrl(address, 'the command line');
  } catch (error) {
    throw usageError((error as Error).message);
  }
}
