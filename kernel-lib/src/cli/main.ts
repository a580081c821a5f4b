import { basename } from 'node:path';
import { exitCodes } from './exit-codes';
import { processIo } from './io';
import { runCommand } from './run-command';

const oldestNode = 24;
/** For putting away what is half done after Ctrl-C. */
const tidyWithinMs = 2000;

/** `node cli.cjs dstat …`; the scripts in bin/ call it with their own name. */
async function main(): Promise<void> {
  const [given = '', ...argv] = process.argv.slice(2);
  const name = basename(given);
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    process.stderr.write(
      `${name}: this is Node ${process.versions.node}, but Node ${oldestNode} or newer is needed. Set DIRACLAB_NODE to one.\n`,
    );
    process.exit(exitCodes.failure);
  }

  const interrupt = new AbortController();
  const stop = () => {
    // Twice means at once; the first time a command puts away what it has half done.
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    interrupt.abort();
    // What cannot be interrupted (waiting for Lab to start the server, say) is not waited for much longer.
    setTimeout(() => process.exit(exitCodes.interrupted), tidyWithinMs).unref();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);

  const exitCode = await runCommand(name, argv, processIo(interrupt.signal));
  // Not by falling off the end: an upload that Ctrl-C left behind would hold the process.
  process.stdout.write('', (error) => {
    // What could not be written is told, and the exit code chosen, by the listener in io.ts; its turn comes next.
    if (!error) process.exit(exitCode);
  });
}

void main();
