import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { presencePath, presenceProtocol } from '../instance/index.ts';
import type { LiveServer } from './live-server.ts';

const answerWaitMs = 2_000;

/** Tells the server that this companion is there, until the socket closes. From the answer on, the server does not end by itself. */
export function holdPresence({ endpoint, token }: LiveServer): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const asking = request({
      ...endpoint,
      path: presencePath,
      agent: false,
      timeout: answerWaitMs,
      headers: { Connection: 'Upgrade', Upgrade: presenceProtocol, Authorization: `Bearer ${token}` },
    });
    asking.on('upgrade', (_answer, socket) => {
      socket.setTimeout(0);
      socket.on('error', () => socket.destroy());
      socket.once('end', () => socket.destroy()).resume();
      resolve(socket);
    });
    asking.on('response', (answer) => {
      answer.resume();
      reject(
        new Error(`it refuses this companion with HTTP ${answer.statusCode ?? 0}; its token may not be the one in the data directory`),
      );
    });
    asking.on('timeout', () => asking.destroy(new Error(`it does not take this companion within ${answerWaitMs / 1000} s`)));
    asking.on('error', reject);
    asking.end();
  });
}
