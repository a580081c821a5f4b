import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { makeBackup } from './make-backup.ts';
import { restoreBackup } from './restore-backup.ts';

export const backupHelp = `Usage: npm run server -- backup DIR [--data DATA] [--config FILE]
       npm run server -- restore DIR --data NEW

backup copies the data of a server, also while it runs: tables, sandbox files, configuration, token and secret. DIR is new, empty, or an earlier
backup, of which only what is new is copied. restore makes a new data directory of it. For PostgreSQL: docs/how-to/operate.md.
`;

export const isBackupWord = (word: string | undefined): word is 'backup' | 'restore' => word === 'backup' || word === 'restore';

/** Gives the text to print. */
export async function runBackupCommand(
  word: 'backup' | 'restore',
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      config: { type: 'string' },
      database: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [directory, ...more] = positionals;
  if (values.help === true) return backupHelp;
  if (directory === undefined || more.length > 0) throw new Error(`${word} takes one directory; ${word} --help says more.`);
  return `${(await (word === 'backup' ? backup(directory, values, env) : restore(directory, values))).join('\n')}\n`;
}

interface Values {
  data?: string | undefined;
  config?: string | undefined;
  database?: string | undefined;
}

async function backup(directory: string, values: Values, env: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const rest = (['data', 'config', 'database'] as const).flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]));
  const config = readConfig(rest, env);
  if (config === undefined) return [backupHelp];
  if (!existsSync(config.dataDirectory)) throw new Error(`There is no data directory ${config.dataDirectory}. Name it with --data DIR.`);
  return makeBackup(config, values.config ?? join(config.dataDirectory, 'config.json'), directory);
}

/** Where to is always said: the place of everybody's data is nobody's guess. */
async function restore(directory: string, { data }: Values): Promise<string[]> {
  if (data === undefined) throw new Error('restore needs --data NEW, a data directory that is new or empty.');
  return restoreBackup(directory, data);
}
