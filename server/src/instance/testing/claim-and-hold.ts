import { claimDataDirectory, exitCodeOf, removeDeadSocket, privateSocketPath, writeServerFile } from '../index.ts';
import { createServer } from 'node:net';

/** A process of a race: claims the directory it is given and holds it until it is killed, or says why not and ends. */
const dir = process.argv[2] ?? '';
try {
  const claim = await claimDataDirectory(dir);
  const path = await privateSocketPath(claim.dir, undefined);
  await removeDeadSocket(path);
  createServer().listen(path, () => {
    const server = { address: `unix:${path}`, pid: process.pid, version: '0.0.0', startTime: new Date().toISOString() };
    void writeServerFile(claim.dir, server).then(() => process.stdout.write('held\n'));
  });
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
  process.exit(exitCodeOf(error));
}
