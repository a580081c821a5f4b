import { RegistryFile } from '@diraclab/contract';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Database } from '../database/port.ts';
import { registryFromCfg } from './cfg/registry-from-cfg.ts';
import { changeRegistry } from './change-registry.ts';
import { importEdits } from './import-edits.ts';
import { exportRegistry } from './transfer.ts';

export const registryHelp = `Usage: npm run server -- registry import FILE [--replace] [--issuer URL] [--dry-run] [--data DIR] [--database URL]
       npm run server -- registry export FILE [--version N] [--data DIR] [--database URL]

Reads or writes the whole registry in the database itself: how the first operator of a service comes to be. FILE is JSON, or DIRAC's cfg where
its name ends in .cfg (import). Whoever may open the database is taken for its operator. With SQLite the server must be stopped.

  --replace   make the registry what FILE says; without it, add and change what FILE names
  --issuer    users whose DN is /O=DIRAC/CN=<subject> sign in at this issuer (cfg)
  --dry-run   say what would change, and change nothing
`;

export interface RegistryCommand {
  act: 'import' | 'export';
  path: string;
  replace: boolean;
  dryRun: boolean;
  issuer: string | undefined;
  version: number | undefined;
  /** For the server's own configuration: where the database is. */
  rest: string[];
}

/** Undefined where help was asked for. */
export function parseRegistryCommand(argv: readonly string[]): RegistryCommand | undefined {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      database: { type: 'string' },
      config: { type: 'string' },
      replace: { type: 'boolean' },
      issuer: { type: 'string' },
      version: { type: 'string' },
      'dry-run': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [act, path, ...more] = positionals;
  if (values.help === true) return undefined;
  if ((act !== 'import' && act !== 'export') || path === undefined || more.length > 0)
    throw new Error('registry takes "import FILE" or "export FILE"; registry --help says more.');
  const rest = (['data', 'database', 'config'] as const).flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]));
  const version = values.version === undefined ? undefined : Number(values.version);
  if (version !== undefined && !Number.isSafeInteger(version)) throw new Error(`--version takes a number, not ${values.version}.`);
  return { act, path, replace: values.replace ?? false, dryRun: values['dry-run'] ?? false, issuer: values.issuer, version, rest };
}

/** Gives the lines to print. */
export async function runRegistryCommand(database: Database, command: RegistryCommand, operator: string): Promise<string[]> {
  if (command.act === 'export') {
    const file = await exportRegistry(database.read, command.version);
    await writeFile(command.path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
    return [`${counts(file)} written to ${command.path}`];
  }
  const { file, warnings } = await readImport(command);
  const preview = new DryRun();
  const { version, edits } = await database
    .transaction((tx, nowMs) =>
      changeRegistry(tx, { owner: operator }, `import of ${command.path}`, nowMs, () => importEdits(tx, file, command.replace ? 'replace' : 'merge')).then((made) => {
        if (command.dryRun) throw Object.assign(preview, { made });
        return made;
      }),
    )
    .catch((error: unknown) => {
      if (error !== preview || preview.made === undefined) throw error;
      return preview.made;
    }); // prettier-ignore
  const changes = edits.map(({ kind, name, body }) => `${body === undefined ? 'removed' : 'written'}: ${kind} ${name}`);
  const end = command.dryRun
    ? `nothing was changed (${edits.length} entries would be)`
    : `${edits.length} entries changed; the registry has version ${version}`;
  return [...warnings.map((warning) => `note: ${warning}`), ...changes, end];
}

/** Undoes the transaction and carries what it would have made. */
class DryRun extends Error {
  made: Awaited<ReturnType<typeof changeRegistry>> | undefined;
}

async function readImport({ path, issuer }: RegistryCommand): Promise<{ file: RegistryFile; warnings: string[] }> {
  const text = await readFile(path, 'utf8');
  try {
    if (path.endsWith('.cfg')) return registryFromCfg(text, { issuer });
    return { file: RegistryFile.parse(JSON.parse(text)), warnings: [] };
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

const counts = ({ vos, groups, people, robots }: RegistryFile): string =>
  `${vos.length} VOs, ${groups.length} groups, ${people.length} people, ${robots.length} robots`;
