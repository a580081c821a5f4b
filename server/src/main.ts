import { ContractError } from '@diraclab/contract';
import { fileURLToPath } from 'node:url';
import { hostname, userInfo } from 'node:os';
import { isBackupWord, runBackupCommand } from './backup/command.ts';
import { databaseOf, help, readConfig } from './config.ts';
import { openDatabase } from './database/open.ts';
import { claimDataDirectory, exitCodeOf } from './instance/index.ts';
import { createLogger } from './logger.ts';
import { parseRegistryCommand, registryHelp, runRegistryCommand } from './registry/command.ts';
import { startServer } from './server.ts';

/** The pilot's bundle lies beside ours. */
const pilotBundle = fileURLToPath(new URL('../../pilot/dist/pilot.cjs', import.meta.url));

/** `registry import|export FILE`: on the database itself, for the first operator cannot be made by one. */
async function registryMain(argv: readonly string[]): Promise<void> {
  const command = parseRegistryCommand(argv);
  const config = command === undefined ? undefined : readConfig(command.rest, process.env);
  if (command === undefined || config === undefined) {
    process.stdout.write(registryHelp);
    return;
  }
  const claim = config.databaseUrl === undefined ? await claimDataDirectory(config.dataDirectory) : undefined;
  try {
    await using database = await openDatabase(databaseOf(config));
    const lines = await runRegistryCommand(database, command, `${userInfo().username}@${hostname()}`);
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    claim?.release();
  }
}

async function main(): Promise<void> {
  if (process.argv[2] === 'registry') return registryMain(process.argv.slice(3));
  if (isBackupWord(process.argv[2])) {
    process.stdout.write(await runBackupCommand(process.argv[2], process.argv.slice(3), process.env));
    return;
  }
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === undefined) {
    process.stdout.write(help);
    return;
  }
  const logger = createLogger(config.logLevel);
  let stop = (why: string): void => {
    logger.info({ why }, 'stopped before it was ready');
    process.exit(0);
  };
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => stop(name));
  const server = await startServer(config, logger, pilotBundle, process.env, () => stop('the last companion has gone'));
  let stoppingSinceMs: number | undefined;
  stop = (why) => {
    if (stoppingSinceMs !== undefined) {
      // A second Ctrl-C does not wait. But npm hands on the one that the terminal has already sent: within a second it is the same.
      if (Date.now() - stoppingSinceMs > 1000) process.exit(1);
      return;
    }
    stoppingSinceMs = Date.now();
    logger.info({ why }, 'stopping');
    void server.stop().then(() => process.exit(0));
  };
  process.stdout.write(`listening on ${server.address}\n`);
  logger.info({ address: server.address, pid: process.pid }, 'ready');
}

main().catch((error: unknown) => {
  const what = error instanceof Error ? error.message : String(error);
  const next = error instanceof ContractError && error.next !== undefined ? ` ${error.next}` : '';
  process.stderr.write(`diraclab server: ${what}${next}\n`);
  process.exit(exitCodeOf(error));
});
