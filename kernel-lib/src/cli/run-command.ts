import { commands } from './commands';
import { exitCodes, type ExitCode } from './exit-codes';
import { explain } from './explain';
import type { Io } from './io';
import { hint } from './options/did-you-mean';
import { say } from './text/printable';

/** One command from its words to its exit code; nothing is thrown. */
export async function runCommand(name: string, argv: readonly string[], io: Io): Promise<ExitCode> {
  const command = commands.get(name);
  if (command === undefined) {
    const known = [...commands.keys()];
    io.note(say`There is no command "${name}".${hint(name, known)} There are: ${known.join(' ')}.`);
    return exitCodes.usage;
  }
  try {
    return await command(argv, io);
  } catch (error) {
    return explain(name, error, io);
  }
}
