import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

export const root = resolve(__dirname, '../..');

/** The server with its local site, as `npm run server` starts it; `end` waits until it is gone. */
export async function startServer(dataDirectory: string): Promise<{ end(): Promise<void> }> {
  const child = spawn(process.execPath, [join(root, 'server/dist/server.mjs'), '--data', dataDirectory], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise((done) => child.on('close', done));
  await new Promise<void>((done, failed) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (/^listening on /m.test(output)) done();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then(() => failed(new Error(`The server ended before it listened:\n${output}`)));
  });
  return {
    end: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
