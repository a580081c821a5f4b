import type { ResourceOffer } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Offer } from '../task-queues/matcher.ts';
import { toOffer } from '../task-queues/claim-jobs.ts';
import type { KnownPilot } from '../task-queues/claim-jobs.ts';
import { atRest, covers, kindOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { forgetComputingElement, loadResources, mostResources, saveResources } from './resource-store.ts';
import type { StoredResource } from './resource-store.ts';

/**
 * What kinds of resources there are: of each computing element the offers that no other one covers, so that ten thousand pilots on equal nodes
 * are one. Kept in the database, because an answer must not change when the server restarts, or when all pilots of a site are busy.
 */
export interface KnownResources {
  /** A pilot asked. `fresh`: for the first time, so that it offers all it has. News, which are rare, are written before it resolves; never fails. */
  hear(pilot: KnownPilot, offer: ResourceOffer, fresh: boolean): Promise<void>;
  list(): readonly Resource[];
  /** Raised when the list changes, for answers that are kept. */
  version(): number;
  /** Writes what was heard here, reads what other servers heard. */
  sync(): Promise<void>;
}

interface Entry extends StoredResource {
  kind: string;
  /** Since it was last told to the database; undefined when that is still to be done. */
  savedMs: number | undefined;
}

/** *Last seen* is written at most so often. */
const seenEveryMs = 600_000;
/** Of one kind; what differs more is noise. */
const mostOfAKind = 32;

export async function createKnownResources(database: Database, configured: readonly Resource[]): Promise<KnownResources> {
  let entries = new Map<string, Entry>();
  let kinds = new Map<string, Set<Entry>>();
  const covered = new Set<string>();
  /** Configured ones of which no pilot has spoken since this server started. */
  let silent = configured;
  let version = 0;

  function add(entry: Entry): void {
    entries.set(entry.signature, entry);
    const same = kinds.get(entry.kind) ?? new Set();
    kinds.set(entry.kind, same.add(entry));
  }

  function drop(entry: Entry): void {
    entries.delete(entry.signature);
    kinds.get(entry.kind)?.delete(entry);
    covered.add(entry.signature);
  }

  async function load(): Promise<void> {
    const loaded = await loadResources(database.read);
    // From here on nothing is awaited: what is heard meanwhile is not lost.
    const before = entries;
    const unsaved = [...before.values()].filter(({ savedMs }) => savedMs === undefined);
    entries = new Map();
    kinds = new Map();
    for (const stored of loaded) {
      const savedMs = before.get(stored.signature)?.savedMs ?? performance.now() - seenEveryMs;
      add({ ...stored, kind: kindOf(stored.computingElement, stored.offer), savedMs });
    }
    unsaved.forEach(add);
    version += 1;
  }

  let saving: Promise<void> | undefined;
  function save(): Promise<void> {
    saving ??= saveNews().finally(() => {
      saving = undefined;
    });
    return saving;
  }

  async function saveNews(): Promise<void> {
    const unsaved = [...entries.values()].filter(({ savedMs }) => savedMs === undefined);
    const gone = [...covered];
    if (unsaved.length === 0 && gone.length === 0) return;
    await database.transaction((tx, nowMs) => saveResources(tx, unsaved, gone, nowMs));
    for (const entry of unsaved) entry.savedMs = performance.now();
    for (const signature of gone) covered.delete(signature);
  }

  // How many slots this machine has is configured anew at each start.
  if (configured.length > 0)
    await database.transaction(async (tx) => {
      for (const { computingElement } of configured) await forgetComputingElement(tx, computingElement);
    });
  await load();

  return {
    async hear(pilot, said, fresh) {
      const { computingElement } = pilot;
      const offer: Offer = atRest(toOffer(pilot, said));
      const isSilent = (one: Resource) => one.computingElement === computingElement && one.offer.site === offer.site;
      const mine = silent.find(isSilent);
      if (mine !== undefined) {
        // A pilot that this server took over is busy, and says less than is configured.
        offer.processors = Math.max(offer.processors, mine.offer.processors);
        silent = silent.filter((one) => one !== mine);
      }
      const kind = kindOf(computingElement, offer);
      const same = [...(kinds.get(kind) ?? [])];
      const cover = same.find((one) => (one.whole || !fresh) && covers(one.offer, offer));
      if (cover !== undefined) {
        if (cover.savedMs !== undefined && performance.now() - cover.savedMs > seenEveryMs) cover.savedMs = undefined;
        return;
      }
      if (same.length >= mostOfAKind || entries.size >= mostResources) return;
      for (const one of same) if ((fresh || !one.whole) && covers(offer, one.offer)) drop(one);
      const signature = JSON.stringify([computingElement, offer]);
      covered.delete(signature);
      add({ signature, computingElement, offer, whole: fresh, spoken: true, kind, savedMs: undefined });
      version += 1;
      // While the database is away, or another save is under way, the next pass writes it.
      await save().catch(() => undefined);
    },
    list: () => [...silent, ...entries.values()],
    version: () => version,
    async sync() {
      await saving?.catch(() => undefined);
      await save();
      await load();
    },
  };
}
