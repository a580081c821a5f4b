import { checkServiceUrl, createClient, whoAmI, type Client } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { resolve } from 'node:path';
import { dataDirectory, findServer, findService } from '../../connection';
import { lost } from '../../reach';
import type { RunOf } from '../commands';
import { exitCodes, usageError } from '../exit-codes';
import type { Io } from '../io';
import { hint } from '../options/did-you-mean';
import { json, say } from '../text/printable';
import { readSecret, removeServiceFile, writeServiceFile } from './service-file';
import type { diraclabSpec } from './spec';

const words = ['connect', 'disconnect', 'status', 'server'];
const seeHelp = 'diraclab --help tells more.';

export const diraclab: RunOf<typeof diraclabSpec> = async ({ options, args }, io) => {
  const [word = 'status', address, ...more] = args;
  if (!words.includes(word)) throw usageError(`diraclab has no "${word}".${hint(word, words)}`, seeHelp);
  if (word === 'server') throw usageError('"server" must be the first word after diraclab.', seeHelp);
  if (more.length > 0 || (word === 'connect') !== (address !== undefined)) {
    throw usageError(word === 'connect' ? 'diraclab connect takes one address.' : `diraclab ${word} takes no arguments.`, seeHelp);
  }
  if (options['token-file'] !== undefined && word !== 'connect') throw usageError('--token-file belongs to connect.', seeHelp);

  if (address !== undefined) await connect(address, options['token-file'], io);
  if (word === 'disconnect') {
    const was = await removeServiceFile(dataDirectory(io.env));
    io.note(was ? say`Disconnected.` : say`There was no connection to a service.`);
    return exitCodes.ok;
  }
  await tellStatus(options.json === true, io);
  return exitCodes.ok;
};

/** Nothing is remembered before the service has said who we are. */
async function connect(address: string, file: string | undefined, io: Io): Promise<void> {
  const url = checked(address);
  if (file === undefined) throw usageError('connect needs --token-file FILE.', 'A token on the command line could be read by others.');
  const tokenFile = resolve(io.cwd, file);
  await ask({ address: url, token: await readSecret(tokenFile) }, io);
  await writeServiceFile(dataDirectory(io.env), { url, tokenFile });
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
