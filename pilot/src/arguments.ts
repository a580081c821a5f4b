import { parseArgs } from 'node:util';

export interface Settings {
  readonly workDirectory: string;
  readonly slots: number;
  readonly graceMs: number;
  readonly lifetimeS: number;
  readonly where: ServerPlace;
}

/** A fixed address, or the data directory whose server.json says where the server is today. */
export type ServerPlace = { readonly address: string } | { readonly dataDirectory: string };

export class UsageError extends Error {}

const defaultGraceS = 60;
/** A week: long enough that a laptop's pilot rarely ends by itself, and every job of the longest default (3 days) fits twice. */
const defaultLifetimeS = 7 * 86_400;

export const help = `Usage: pilot --work-dir DIR --slots N (--server ADDRESS | --data DIR) [--grace-s S] [--lifetime-s S]

Takes jobs from a diraclab server and runs them on this machine. Its token is the first line of standard input.

  --work-dir DIR     where each job gets a directory of its own, removed when its end is reported
  --slots N          processors to use, 1 to 1024; a job takes as many as it asked for
  --server ADDRESS   http://HOST:PORT, https://… or unix:/PATH
  --data DIR         read the address from DIR/server.json, again whenever the server is away
  --grace-s S        kill the payloads and end when the server has been away so long (default ${defaultGraceS})
  --lifetime-s S     take no more jobs after so long (default ${defaultLifetimeS}, a week)
  --help             this text

Exit codes: 0 ended on purpose, 1 the server is gone or knows this pilot no more, 2 wrong arguments or no token.`;

/** The settings, or undefined when help was asked for. */
export function readArguments(argv: readonly string[]): Settings | undefined {
  const { values } = parse(argv);
  if (values.help === true) return undefined;
  const workDirectory = values['work-dir'];
  if (workDirectory === undefined || workDirectory === '')
    throw new UsageError('--work-dir is missing: say where jobs may have their directories');
  return {
    workDirectory,
    slots: numberOf('--slots', values.slots, 1, 1024),
    graceMs: 1000 * numberOf('--grace-s', values['grace-s'] ?? String(defaultGraceS), 1, 86_400),
    lifetimeS: numberOf('--lifetime-s', values['lifetime-s'] ?? String(defaultLifetimeS), 1, 50_000_000),
    where: placeOf(values.server, values.data),
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: { 'work-dir': text, slots: text, server: text, data: text, 'grace-s': text, 'lifetime-s': text, help: { type: 'boolean' } },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function placeOf(address: string | undefined, dataDirectory: string | undefined): ServerPlace {
  if (address !== undefined && dataDirectory === undefined) {
    if (/^(https?:\/\/.|unix:\/)/.test(address)) return { address };
    throw new UsageError(`--server ${address} is not an address: give http://HOST:PORT, https://… or unix:/PATH`);
  }
  if (dataDirectory !== undefined && address === undefined) return { dataDirectory };
  throw new UsageError('give either --server ADDRESS or --data DIR');
}

function numberOf(name: string, text: string | undefined, least: number, most: number): number {
  const value = text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not ${text ?? 'missing'}`);
}
