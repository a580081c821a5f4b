import { defaultMaxBulkJobs, defaultMaxSandboxFileBytes } from '@diraclab/contract';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readServiceConfig, serviceFields } from './identity/service-config.ts';
import type { ServiceConfig } from './identity/service-config.ts';
import { defaultDataDirectory } from './instance/index.ts';
import { SandboxPlace } from './sandboxes/open-bytes.ts';

/** What may stand in the configuration file (JSON); every name here is also an environment variable, DIRACLAB_… in capitals and underscores. */
const FileConfig = z.strictObject({
  listen: z.string().optional(),
  socket: z.string().optional(),
  /** `postgres://…`; without it, SQLite in the data directory. */
  database: z.string().optional(),
  localSite: z.boolean().optional(),
  /** Jobs the local site runs at once; default, as many as cores. */
  slots: z.number().int().min(1).max(1024).optional(),
  maxBulkJobs: z.number().int().min(1).max(1_000_000).optional(),
  maxSandboxFileBytes: z.number().int().min(1).optional(),
  /** All output files of one job together. */
  maxOutputBytes: z.number().int().min(1).optional(),
  /** `redis://[:password@]host[:port]`: live events and output of running jobs pass through it, between servers on one database. */
  redis: z.url({ protocol: /^rediss?$/ }).optional(),
  /** A bucket for sandboxes, which servers on one database share; without it, the data directory. */
  sandboxes: SandboxPlace.optional(),
  /** Service: the VOs that this machine's own pilots serve; none without it. */
  localSiteVos: z.array(z.string().min(1).max(100)).max(50).optional(),
  /** How long the audit trail is kept. */
  auditMonths: z.number().int().min(1).max(120).optional(),
  /** How long deleted jobs lie in the bin, from which they can be restored. */
  binDays: z.number().int().min(1).max(365).optional(),
  /** HOST:PORT; serves /metrics there, without a token. */
  metrics: z.string().optional(),
  /** CAs that may have signed the certificates behind proxies, as files: `/etc/grid-security/certificates`. */
  trustedCasDirectory: z.string().optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
  ...serviceFields,
});
type FileConfig = z.infer<typeof FileConfig>;

export interface Config {
  dataDirectory: string;
  listen: { kind: 'tcp'; host: string; port: number } | { kind: 'socket'; path: string | undefined };
  databaseUrl: string | undefined;
  localSite: boolean;
  slots: number | undefined;
  endWithCompanions: boolean;
  maxBulkJobs: number;
  maxSandboxFileBytes: number;
  maxOutputBytes: number;
  redisUrl: string | undefined;
  sandboxes: SandboxPlace | undefined;
  /** Undefined: a laptop, whose pilot serves its one user. */
  localSiteVos: readonly string[] | undefined;
  auditMonths: number;
  binDays: number;
  /** Where Prometheus finds sums of this server; undefined: nowhere. */
  metrics: { host: string; port: number } | undefined;
  /** Undefined: a laptop asks for no CA, a service takes no proxies. */
  trustedCasDirectory: string | undefined;
  logLevel: NonNullable<FileConfig['logLevel']>;
  /** Undefined on a laptop. */
  service: ServiceConfig | undefined;
}

export const help = `Usage: npm run server -- --data DIR [options]

The diraclab server: task queue, sandboxes, pilots and live events behind /api. Prints one line "listening on <address>" when it is ready,
and writes DIR/server.json (the address) and DIR/token (mode 0600, all a client needs).

  --data DIR            the data directory; one server at a time (default: $DIRACLAB_DATA, else $XDG_DATA_HOME/diraclab, else ~/.local/share/diraclab)
  --service             serve many people who sign in, as docs/how-to/run-a-service.md says
  --listen HOST:PORT    listen on TCP; without HTTPS loopback only; port 0 takes a free one
  --socket PATH         listen on a Unix socket; without --listen and --socket, on one in a private directory
  --database URL        postgres://user@host:port/name; default: SQLite in the data directory
  --no-local-site       start no pilot on this machine
  --slots N             jobs the local site runs at once (default: as many as cores)
  --end-with-companions end when the last JupyterLab has gone
  --config FILE         JSON with listen, socket, database, localSite, slots, maxBulkJobs, maxSandboxFileBytes, maxOutputBytes,
                        redis, sandboxes, binDays, logLevel, localSiteVos (VOs that this machine's pilots serve),
                        auditMonths (how long the audit trail is kept; 13), metrics (HOST:PORT at which /metrics is served),
                        trustedCasDirectory (CAs behind proxies);
                        and of a service mode, publicUrl, providers, tls, behindProxy, trustedProxies, labUrls, secretFile
                        (default: DIR/config.json where it exists)
  --help                this text

Options win over the environment (DIRACLAB_DATABASE, DIRACLAB_LOG_LEVEL …), the environment over the file.
`;

/** Lists and parts stand in the file. */
const environmentNames: Record<Exclude<keyof FileConfig, 'sandboxes' | 'providers' | 'tls' | 'trustedProxies' | 'labUrls'>, string> = {
  listen: 'DIRACLAB_LISTEN',
  socket: 'DIRACLAB_SOCKET',
  database: 'DIRACLAB_DATABASE',
  localSite: 'DIRACLAB_LOCAL_SITE',
  slots: 'DIRACLAB_SLOTS',
  maxBulkJobs: 'DIRACLAB_MAX_BULK_JOBS',
  maxSandboxFileBytes: 'DIRACLAB_MAX_SANDBOX_FILE_BYTES',
  maxOutputBytes: 'DIRACLAB_MAX_OUTPUT_BYTES',
  redis: 'DIRACLAB_REDIS',
  localSiteVos: 'DIRACLAB_LOCAL_SITE_VOS',
  auditMonths: 'DIRACLAB_AUDIT_MONTHS',
  binDays: 'DIRACLAB_BIN_DAYS',
  metrics: 'DIRACLAB_METRICS',
  trustedCasDirectory: 'DIRACLAB_TRUSTED_CAS_DIRECTORY',
  logLevel: 'DIRACLAB_LOG_LEVEL',
  mode: 'DIRACLAB_MODE',
  publicUrl: 'DIRACLAB_PUBLIC_URL',
  behindProxy: 'DIRACLAB_BEHIND_PROXY',
  secretFile: 'DIRACLAB_SECRET_FILE',
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws one sentence that names what is wrong; undefined when only help was asked for. */
export function readConfig(argv: readonly string[], env: Environment): Config | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string' },
      service: { type: 'boolean' },
      listen: { type: 'string' },
      socket: { type: 'string' },
      database: { type: 'string' },
      'no-local-site': { type: 'boolean' },
      slots: { type: 'string' },
      'end-with-companions': { type: 'boolean' },
      config: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const dataDirectory = resolve(values.data ?? defaultDataDirectory(env, homedir()));
  const file = readFileConfig(values.config, join(dataDirectory, 'config.json'));
  const merged = { ...file, ...fromEnvironment(env) };
  if (values.slots !== undefined) merged.slots = parseField('slots', Number(values.slots), '--slots');
  const listen = values.listen ?? (values.socket === undefined ? merged.listen : undefined);
  const socket = values.socket ?? (values.listen === undefined ? merged.socket : undefined);
  if (values.listen !== undefined && values.socket !== undefined) throw new Error('Give --listen or --socket, not both.');
  if (values.service === true) merged.mode = 'service';
  const where: Config['listen'] =
    listen === undefined ? { kind: 'socket', path: socket === undefined ? undefined : resolve(socket) } : parseListen(listen);
  const service = readServiceConfig(merged, where, dataDirectory);
  if (service === undefined) mustBeLoopback(where);
  else if (values['end-with-companions'] === true) throw new Error('--end-with-companions is for a laptop, not for a service.');
  return {
    dataDirectory,
    listen: where,
    databaseUrl: values.database ?? merged.database,
    // A service runs others' payloads on its own machine only where that was asked for.
    localSite:
      values['no-local-site'] === true ? false : (merged.localSite ?? (service === undefined || merged.localSiteVos !== undefined)),
    slots: merged.slots,
    endWithCompanions: values['end-with-companions'] ?? false,
    maxBulkJobs: merged.maxBulkJobs ?? defaultMaxBulkJobs,
    maxSandboxFileBytes: merged.maxSandboxFileBytes ?? defaultMaxSandboxFileBytes,
    maxOutputBytes: merged.maxOutputBytes ?? defaultMaxSandboxFileBytes,
    redisUrl: merged.redis,
    sandboxes: merged.sandboxes,
    localSiteVos: merged.localSiteVos,
    auditMonths: merged.auditMonths ?? 13,
    binDays: merged.binDays ?? 7,
    metrics: merged.metrics === undefined ? undefined : parseHostAndPort(merged.metrics),
    trustedCasDirectory: merged.trustedCasDirectory === undefined ? undefined : resolve(merged.trustedCasDirectory),
    logLevel: merged.logLevel ?? 'info',
    service,
  };
}

/** Where the tables are. */
export const databaseOf = ({ databaseUrl, dataDirectory }: Config) =>
  databaseUrl === undefined
    ? { kind: 'sqlite' as const, path: join(dataDirectory, 'diraclab.sqlite') }
    : { kind: 'postgres' as const, url: databaseUrl };

function readFileConfig(asked: string | undefined, standard: string): FileConfig {
  const path = asked ?? standard;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (asked === undefined) return {};
    throw new Error(`The configuration file ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`The configuration file ${path} is not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
  const parsed = FileConfig.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `The configuration file ${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}. --help lists what may stand in it.`,
  );
}

function fromEnvironment(env: Environment): FileConfig {
  const found: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(environmentNames) as [keyof FileConfig, string][]) {
    const text = env[variable];
    if (text === undefined || text === '') continue;
    const value =
      text === 'true'
        ? true
        : text === 'false'
          ? false
          : /^\d+$/.test(text)
            ? Number(text)
            : name === 'localSiteVos'
              ? text.split(',')
              : text;
    found[name] = parseField(name, value, variable);
  }
  return found as FileConfig;
}

function parseField<Name extends keyof FileConfig>(name: Name, value: unknown, source: string): NonNullable<FileConfig[Name]> {
  const parsed = FileConfig.shape[name].safeParse(value);
  if (parsed.success && parsed.data !== undefined) return parsed.data as NonNullable<FileConfig[Name]>;
  throw new Error(`${source} is "${String(value)}": ${parsed.error?.issues[0]?.message ?? 'not a value'}.`);
}

const loopbacks = ['127.0.0.1', '::1', 'localhost'];

const parseListen = (text: string): Config['listen'] => ({ kind: 'tcp', ...parseHostAndPort(text) });

function parseHostAndPort(text: string): { host: string; port: number } {
  const [, host = '', portText = ''] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(portText);
  if (host === '' || port > 65_535) throw new Error(`"${text}" is not HOST:PORT; for example 127.0.0.1:8400.`);
  return { host, port };
}

/** A laptop's token must not cross a network in the clear. */
function mustBeLoopback(listen: Config['listen']): void {
  if (listen.kind === 'socket' || loopbacks.includes(listen.host)) return;
  throw new Error(
    `A laptop's server listens on the loopback only (127.0.0.1), not on ${listen.host}: it has no HTTPS. Use a tunnel, or run a service (--service).`,
  );
}
