import type { RegistryFile } from '@diraclab/contract';
import type { Db } from '../database/port.ts';
import { groupKey, readEntries } from './registry-store.ts';
import type { Edit } from './registry-store.ts';

/** All of the registry, now or as it was, as a file. */
export async function exportRegistry(db: Db, version?: number): Promise<RegistryFile> {
  const [vos, groups, people, robots] = await Promise.all([
    readEntries(db, 'vo', version),
    readEntries(db, 'group', version),
    readEntries(db, 'person', version),
    readEntries(db, 'robot', version),
  ]);
  return {
    format: 'diraclab-registry-1',
    vos: vos.map(({ body }) => body),
    groups: groups.map(({ body }) => body),
    people: people.map(({ body }) => body),
    robots: robots.map(({ body }) => body),
  };
}

/** What a file adds or changes; entries that it does not name stay. */
export function editsToMerge(file: RegistryFile): Edit[] {
  return [
    ...file.vos.map((body) => ({ kind: 'vo' as const, name: body.name, body })),
    ...file.groups.map((body) => ({ kind: 'group' as const, name: groupKey(body.vo, body.name), body })),
    ...file.people.map((body) => ({ kind: 'person' as const, name: body.owner, body })),
    ...file.robots.map((body) => ({ kind: 'robot' as const, name: body.owner, body })),
  ];
}

/** After these the registry is what the file says, and nothing else. */
export async function editsToReplace(db: Db, file: RegistryFile): Promise<Edit[]> {
  const edits = editsToMerge(file);
  const kept = new Set(edits.map(({ kind, name }) => `${kind}:${name}`));
  const current = await Promise.all((['vo', 'group', 'person', 'robot'] as const).map((kind) => readEntries(db, kind)));
  const gone = current.flat().filter(({ kind, name }) => !kept.has(`${kind}:${name}`));
  return [...gone.map(({ kind, name }) => ({ kind, name, body: undefined })), ...edits];
}
