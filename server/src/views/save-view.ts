import { ContractError, parseJobQuery } from '@diraclab/contract';
import type { HandlerInput, saveView as saveViewRoute, View } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import { countViews, putView, readViews, removeView } from './view-store.ts';
import type { ViewRow } from './view-store.ts';

/** More than anybody finds again. */
export const mostViews = 200;

const keyOf = ({ vo, ownerGroup, owner }: Caller) => ({ vo, owner_group: ownerGroup, owner });

export async function listViews({ read }: Database, caller: Caller): Promise<View[]> {
  const views = (await readViews(read, caller)).map((row) => toView(row, caller));
  return [...views.filter(({ mine }) => mine), ...views.filter(({ mine }) => !mine)];
}

/** What cannot be read is refused now, not when somebody opens it. */
export async function saveView(database: Database, body: HandlerInput<typeof saveViewRoute>['body'], caller: Caller): Promise<View> {
  const { name, text, sort, shared = false } = body;
  parseJobQuery(text);
  return database.transaction(async (tx, nowMs) => {
    if ((await countViews(tx, keyOf(caller), name)) >= mostViews)
      throw new ContractError('TooLarge', `You have ${mostViews} views, which is the most.`, {
        next: 'Delete one that you no longer need.',
      });
    const kept = JSON.stringify(sort === undefined ? { text } : { text, sort });
    const row = { ...keyOf(caller), name, body: kept, shared: shared ? 1 : 0, saved_ms: nowMs };
    await putView(tx, row);
    return toView(row, caller);
  });
}

export async function deleteView(database: Database, name: string, caller: Caller): Promise<{ name: string }> {
  const removed = await database.transaction((tx) => removeView(tx, keyOf(caller), name));
  if (removed === 0)
    throw new ContractError('NotFound', `You have no view "${name}".`, { next: 'Views that others share are theirs to delete.' });
  return { name };
}

function toView(row: ViewRow, caller: Caller): View {
  return {
    ...(JSON.parse(row.body) as Pick<View, 'text' | 'sort'>),
    name: row.name,
    shared: row.shared === 1,
    owner: row.owner,
    mine: row.owner === caller.owner,
    savedTime: new Date(row.saved_ms).toISOString(),
  };
}
