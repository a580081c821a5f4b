import { deleteProxy, getProxy, uploadProxy, type ProxyInfo } from '@diraclab/contract';
import { openClient } from '../../connection';
import type { RunOf } from '../commands';
import { timeLeft } from '../dwhoami/time-left';
import { exitCodes, usageError } from '../exit-codes';
import type { Io } from '../io';
import { hint } from '../options/did-you-mean';
import { json, say } from '../text/printable';
import { readProxyFile } from './proxy-file';
import type { dproxySpec } from './spec';

const words = ['info', 'upload', 'delete'];

export const dproxy: RunOf<typeof dproxySpec> = async ({ options, args }, io) => {
  const [word = 'info', file, ...more] = args;
  if (!words.includes(word)) throw usageError(`dproxy has no "${word}".${hint(word, words)}`, 'dproxy --help tells more.');
  if (more.length > 0 || (file !== undefined && word !== 'upload'))
    throw usageError(`dproxy ${word} takes ${word === 'upload' ? 'one file' : 'no arguments'}.`);
  const pem = word === 'upload' ? await readProxyFile(file, io) : undefined;
  const client = await openClient(io.env);
  const { signal } = io;
  if (word === 'delete') {
    const { subject } = await client(deleteProxy, {}, { signal });
    if (options.json) io.print(json({ v: 1, subject }, 1));
    else io.note(say`Deleted the proxy of ${subject}.`);
    return exitCodes.ok;
  }
  const info = pem === undefined ? await client(getProxy, {}, { signal }) : await client(uploadProxy, { body: { pem } }, { signal });
  if (options.json) io.print(json({ v: 1, ...info }, 1));
  else tell(info, io);
  if (info.warning !== null) io.note(say`dproxy: ${info.warning}`);
  return exitCodes.ok;
};

/** As dirac-proxy-info prints it. */
function tell(info: ProxyInfo, io: Io): void {
  io.print(say`subject      : ${info.subject}`);
  io.print(say`issuer       : ${info.issuer}`);
  io.print(say`DIRAC group  : ${info.ownerGroup}`);
  io.print(say`VO           : ${info.vo}`);
  for (const fqan of info.fqans) io.print(say`VOMS fqan    : ${fqan}`);
  io.print(say`timeleft     : ${timeLeft(Date.parse(info.notAfterTime) - io.now().getTime())}`);
}
