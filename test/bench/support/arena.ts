import { createClient } from '@diraclab/contract';
import type { Client } from '@diraclab/contract';
import { nodeTransport } from '@diraclab/contract/node';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseLocation } from '../../../server/src/database/open.ts';
import { openDatabase } from '../../../server/src/database/open.ts';
import type { DatabaseKind } from '../../../server/src/database/port.ts';
import { makeTestLocation } from '../../../server/src/database/testing.ts';
import { hashToken } from '../../../server/src/identity/laptop.ts';
import { insertPilot } from '../../../server/src/pilots/pilot-store.ts';
import type { RealServer } from '../../grid/real-server.ts';
import { startRealServer } from '../../grid/real-server.ts';
import type { RawDatabase } from '../raw/port.ts';
import { openRawPostgres } from '../raw/postgres.ts';
import { openRawSqlite } from '../raw/sqlite.ts';

/** A server in a process of its own on a fresh database, and beside it a database with the same tables that the raw program writes. */
export interface Arena extends AsyncDisposable {
  kind: DatabaseKind;
  server: RealServer;
  ours: DatabaseLocation;
  raw: RawDatabase;
  rawLocation: DatabaseLocation;
  /** A pilot on paper, for which the bench speaks. */
  pilots: Client[];
}

export interface PilotWish {
  vo: string;
}

export async function openArena(kind: DatabaseKind, wishes: readonly PilotWish[] = []): Promise<Arena> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'diraclab-bench-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 })];
  const end = async () => {
    for (const close of closers.reverse().splice(0)) await close();
  };
  const interrupted = () => void end().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const place = async (): Promise<DatabaseLocation> => {
      const { location, remove } = await makeTestLocation(kind);
      closers.push(remove);
      return location;
    };
    const ours: DatabaseLocation = kind === 'sqlite' ? { kind, path: join(dataDirectory, 'diraclab.sqlite') } : await place();
    const rawLocation = await place();
    const tokens = await registerPilots(ours, wishes);
    await registerPilots(rawLocation, wishes);

    const server = await startRealServer(dataDirectory, ['--no-local-site', ...(ours.kind === 'postgres' ? ['--database', ours.url] : [])]);
    closers.push(() => server.stop());
    const raw = rawLocation.kind === 'sqlite' ? openRawSqlite(rawLocation.path) : await openRawPostgres(rawLocation.url);
    closers.push(() => raw.close());
    const pilots = tokens.map((token) => createClient(nodeTransport(server.address), () => ({ authorization: `Bearer ${token}` })));
    return { kind, server, ours, raw, rawLocation, pilots, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Makes the tables as well, by the migrations of the server. */
async function registerPilots(location: DatabaseLocation, wishes: readonly PilotWish[]): Promise<string[]> {
  await using database = await openDatabase(location);
  const tokens: string[] = [];
  for (const { vo } of wishes) {
    const token = randomBytes(32).toString('base64url');
    const pilot = {
      pilotStamp: randomBytes(8).toString('hex'),
      tokenHash: hashToken(token),
      site: 'DIRAC.Bench.local',
      computingElement: 'bench',
      host: 'wn1',
      vo,
      slots: 1,
    };
    await database.transaction((tx, nowMs) => insertPilot(tx, pilot, nowMs));
    tokens.push(token);
  }
  return tokens;
}

/** Does it for both databases, one after the other; a PostgreSQL that does not answer is left out, loudly. */
export async function onBothDatabases<T>(act: (kind: DatabaseKind) => Promise<readonly T[]>): Promise<T[]> {
  const results = [...(await act('sqlite'))];
  try {
    results.push(...(await act('postgres')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    console.log('*** SKIPPED: no PostgreSQL answers at DIRACLAB_TEST_POSTGRES; its half of this bench was not measured. ***');
  }
  return results;
}
