import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../database/port.ts';
import { hashToken } from '../identity/laptop.ts';
import type { Applied } from '../jobs/apply-drafts.ts';
import type { Logger } from '../logger.ts';
import { losePilot } from '../pilots/lose-pilot.ts';
import { insertPilot, readLivePilots } from '../pilots/pilot-store.ts';
import type { Resource } from '../why/resource.ts';

export const localSiteName = 'DIRAC.Laptop.local';
const computingElement = 'local';
/** How often live pilots are looked at. */
const watchMs = 500;
/** After a failure that is not the pilot's, such as of the database. */
const failurePauseMs = 2_000;
/** Logs of pilots that are gone; the newest tell why they went. */
const keptLogs = 10;

/** Between two starts when pilots die young: doubled each time, up to this. */
const longestPauseMs = 30_000;

/** This machine as it is configured, before its pilot has spoken: a first submission is held against something true. */
export function describeLocalSite(vo: string, slots: number | undefined): Resource {
  const limitBytes = process.constrainedMemory();
  const ramMB = Math.floor(Math.min(totalmem(), limitBytes > 0 ? limitBytes : Infinity) / 2 ** 20);
  const size = { processors: slots ?? availableParallelism(), ramMB, cpuTimeLeftS: Number.MAX_SAFE_INTEGER };
  return { computingElement, offer: { vo, site: localSiteName, platform: '', tags: [], ...size }, whole: true, spoken: false };
}

export interface LocalSiteOptions {
  dataDirectory: string;
  /** The bundled pilot; started with this very Node. */
  pilotBundle: string;
  vo: string;
  /** One of several VOs of a service: payloads of different people run under one account here, so a pilot keeps to one owner. */
  isShared?: boolean | undefined;
  slots?: number | undefined;
}

interface LivePilot {
  pilotId: number;
  pilotStamp: string;
  pid: number;
  startedMs: number;
}

/**
 * This machine as a site: one pilot with as many slots as cores, kept warm. Pilots are processes of their own that outlive a killed server;
 * the next server finds them in the database, sees by their command line that they live, and adopts them instead of starting more.
 */
export class LocalSite {
  readonly #database: Database;
  readonly #options: LocalSiteOptions;
  readonly #logger: Logger;
  readonly #onLost: (applied: Applied, pilotId: number) => Promise<void>;
  #pilot: LivePilot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = 250;
  #notBeforeMs = 0;
  #stopping = false;
  #looking: Promise<void> | undefined;

  constructor(database: Database, options: LocalSiteOptions, logger: Logger, onLost: (applied: Applied, pilotId: number) => Promise<void>) {
    this.#database = database;
    this.#options = options;
    this.#logger = logger;
    this.#onLost = onLost;
  }

  async start(): Promise<void> {
    await this.#adopt();
    await this.#look();
    // One look at a time: without its database one takes much longer than the pause between them.
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look()
        .catch((error: unknown) => {
          this.#notBeforeMs = Date.now() + failurePauseMs;
          this.#logger.error({ err: error }, 'the local site failed; it looks again');
        })
        .finally(() => {
          this.#looking = undefined;
        });
    }, watchMs);
  }

  /** Ends the pilot: it kills its payloads and reports them, so the server must still answer. At most `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#looking;
    const pilot = this.#pilot;
    if (pilot === undefined) return;
    signal(pilot.pid, 'SIGTERM');
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline && (await isAlive(pilot))) await new Promise((resolve) => setTimeout(resolve, 50));
    if (await isAlive(pilot)) signal(pilot.pid, 'SIGKILL');
    await this.#lose(pilot, { status: 'Done', why: 'Pilot stopped with the server' });
  }

  async #adopt(): Promise<void> {
    for (const row of await readLivePilots(this.#database.read, computingElement)) {
      if (!row.pilot_stamp.startsWith(this.#stampPrefix())) continue;
      const pilot = { pilotId: row.pilot_id, pilotStamp: row.pilot_stamp, pid: row.pid, startedMs: row.submission_ms };
      if (this.#pilot === undefined && (await isAlive(pilot))) {
        this.#pilot = pilot;
        this.#logger.info({ pilotId: pilot.pilotId, pid: pilot.pid }, 'adopted a live pilot');
      } else {
        if (await isAlive(pilot)) signal(pilot.pid, 'SIGTERM');
        await this.#lose(pilot, { status: 'Aborted', why: 'Pilot died' });
      }
    }
  }

  async #look(): Promise<void> {
    if (this.#stopping) return;
    const pilot = this.#pilot;
    if (pilot !== undefined) {
      if (await isAlive(pilot)) return;
      if (Date.now() < this.#notBeforeMs) return;
      await this.#lose(pilot, { status: 'Aborted', why: 'Pilot died' });
      const livedMs = Date.now() - pilot.startedMs;
      this.#pauseMs = livedMs > 10_000 ? 250 : Math.min(this.#pauseMs * 2, longestPauseMs);
      this.#notBeforeMs = Date.now() + this.#pauseMs;
      this.#logger.warn(
        { pilotId: pilot.pilotId, livedMs, pauseMs: this.#pauseMs, log: this.#logPath(pilot.pilotStamp) },
        'a pilot died; another starts after the pause',
      );
    }
    if (Date.now() >= this.#notBeforeMs) await this.#launch();
  }

  async #launch(): Promise<void> {
    const { slots = availableParallelism(), vo, isShared, pilotBundle, dataDirectory } = this.#options;
    const pilotStamp = `${this.#stampPrefix()}${randomBytes(12).toString('hex')}`;
    const token = `dlpilot_${randomBytes(32).toString('base64url')}`;
    const pilotId = await this.#database.transaction((tx, nowMs) =>
      insertPilot(
        tx,
        {
          pilotStamp,
          tokenHash: hashToken(token),
          site: localSiteName,
          computingElement,
          host: hostname(),
          vo,
          slots,
          isolation: isShared === true ? 'none' : undefined,
        },
        nowMs,
      ),
    );
    const workDirectory = this.#workDirectory(pilotStamp);
    await mkdir(workDirectory, { recursive: true, mode: 0o700 });
    await this.#removeOldLogs();
    const log = await open(this.#logPath(pilotStamp), 'a', 0o600);
    try {
      const child = spawn(process.execPath, [pilotBundle, '--work-dir', workDirectory, '--slots', String(slots), '--data', dataDirectory], {
        // Its own session: a Ctrl-C for the server is not for the pilot. A file for its log: a pipe would break when the server dies.
        detached: true,
        stdio: ['pipe', 'ignore', log.fd],
        env: pilotEnvironment(),
      });
      child.on('error', (error) => this.#logger.error({ err: error, pilotId }, 'a pilot could not be started'));
      child.stdin?.on('error', () => undefined);
      // The token goes through a pipe: in an argument or the environment the payloads could read it.
      child.stdin?.end(`${token}\n`);
      child.unref();
      const pid = child.pid ?? 0;
      // Ours from here on, whatever the database says: another must not be started beside it.
      this.#pilot = { pilotId, pilotStamp, pid, startedMs: Date.now() };
      await this.#database.transaction(async (tx) => {
        await tx.updateTable('pilots').set({ pid }).where('pilot_id', '=', pilotId).execute();
      });
      this.#logger.info({ pilotId, pid, slots }, 'started a pilot');
    } finally {
      await log.close();
    }
  }

  async #lose(pilot: LivePilot, end: { status: 'Aborted' | 'Done'; why: string }): Promise<void> {
    const { applied, lost } = await losePilot(this.#database, pilot.pilotId, end);
    this.#pilot = undefined;
    await this.#onLost(applied, pilot.pilotId);
    if (lost > 0) this.#logger.warn({ pilotId: pilot.pilotId, lost }, 'jobs of a pilot that ended go back to their queues');
    // A payload may leave folders that cannot be removed; that must keep nobody from working.
    await rm(this.#workDirectory(pilot.pilotStamp), { recursive: true, force: true }).catch((error: unknown) =>
      this.#logger.warn({ err: error, pilotId: pilot.pilotId }, "a pilot's folder could not be removed"),
    );
  }

  async #removeOldLogs(): Promise<void> {
    const folder = join(this.#options.dataDirectory, 'pilots');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
    const logs = await Promise.all(names.map(async (name) => ({ name, ms: (await stat(join(folder, name))).mtimeMs })));
    const old = logs.sort((a, b) => b.ms - a.ms).slice(keptLogs);
    await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
  }

  /** Which server's pilot it is, where several on one database each have this machine, or one of their own, as a site. */
  #stampPrefix(): string {
    const { dataDirectory, isShared, vo } = this.#options;
    const place = `${hostname()}\n${dataDirectory}${isShared === true ? `\n${vo}` : ''}`;
    const whose = createHash('sha256').update(place).digest('hex');
    return `${whose.slice(0, 8)}-`;
  }

  #workDirectory(pilotStamp: string): string {
    return join(this.#options.dataDirectory, 'pilots', pilotStamp);
  }

  #logPath(pilotStamp: string): string {
    return join(this.#options.dataDirectory, 'pilots', `${pilotStamp}.log`);
  }
}

/** What a pilot needs of our environment and nothing that could be a secret. */
function pilotEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (pid <= 0) return;
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

/** The process lives and is this pilot: its command line names the stamp, so a number used again deceives nobody. */
async function isAlive({ pid, pilotStamp }: LivePilot): Promise<boolean> {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const [commandLine, status] = await Promise.all([readFile(`/proc/${pid}/cmdline`, 'utf8'), readFile(`/proc/${pid}/status`, 'utf8')]);
    return commandLine.includes(pilotStamp) && !/^State:\s+Z/m.test(status);
  } catch (error) {
    // No /proc (macOS): the number must do. A process that ended between the two reads is gone.
    return (
      !(typeof error === 'object' && error !== null && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) ||
      process.platform !== 'linux'
    );
  }
}
