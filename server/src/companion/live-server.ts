import { request } from 'node:http';
import { isRunning, readServerFile, readToken } from '../instance/index.ts';
import type { Endpoint, Target } from './target.ts';

export interface LiveServer extends Target {
  pid: number;
  token: string;
}

export type Seen = { state: 'live'; server: LiveServer } | { state: 'gone' } | { state: 'silent'; detail: string };

const probeWaitMs = 2_000;

/** Looks whether the data directory's server answers. `silent`: there is one, so a second may not start, but it does not serve now. */
export async function lookForServer(dataDirectory: string): Promise<Seen> {
  const file = await readServerFile(dataDirectory);
  // A dead server's port may belong to anybody by now: neither ask it nor send it the token.
  if (file === undefined || !isRunning(file.pid)) return { state: 'gone' };
  const endpoint = endpointOf(file.address);
  const token = await readToken(dataDirectory);
  if (token === undefined)
    return { state: 'silent', detail: `the token file of the server with pid ${file.pid} is missing from ${dataDirectory}` };
  const answer = await probe(endpoint);
  if (answer === 'refused') return { state: 'gone' };
  if (answer === 200) return { state: 'live', server: { name: `server (pid ${file.pid})`, pid: file.pid, endpoint, token } };
  const how = answer === 'timeout' ? `does not answer within ${probeWaitMs / 1000} s` : `answers its health check with HTTP ${answer}`;
  return { state: 'silent', detail: `the server with pid ${file.pid} (address ${file.address}) ${how}` };
}

function endpointOf(address: string): Endpoint {
  return address.startsWith('unix:') ? { socketPath: address.slice('unix:'.length) } : toEndpoint(new URL(address));
}

export function toEndpoint({ protocol, hostname, port }: URL): Endpoint {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'https:') return { host, port: Number(port === '' ? '443' : port), tls: true };
  return { host, port: Number(port === '' ? '80' : port) };
}

function probe(endpoint: Endpoint): Promise<number | 'refused' | 'timeout'> {
  return new Promise((resolve) => {
    const asking = request({ ...endpoint, path: '/api/health/live', agent: false, timeout: probeWaitMs });
    asking.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asking.on('timeout', () => {
      resolve('timeout');
      asking.destroy();
    });
    // Refused, no such socket, or hung up before an answer: it is ending or has ended.
    asking.on('error', () => resolve('refused'));
    asking.end();
  });
}
