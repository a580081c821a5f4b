import { deleteView, listViews, saveView } from '@diraclab/contract';
import { describeBothDatabases } from '../database/testing.ts';
import type { Caller } from '../identity/caller.ts';
import { describeGrid } from '../testing/test-grid.ts';
import * as rules from './save-view.ts';

const alice: Caller = { kind: 'user', owner: 'alice', ownerGroup: 'lab_user', vo: 'lab', properties: new Set(['NormalUser'] as const) };
const bob: Caller = { ...alice, owner: 'bob' };
const eve: Caller = { ...alice, owner: 'eve', ownerGroup: 'other_user' };

describeBothDatabases('views', (open) => {
  it('of alice are hers; shared ones are seen by her group, and changed by nobody else', async () => {
    const database = await open();
    await rules.saveView(database, { name: 'failed today', text: 'state=Failed age<1d', shared: true }, alice);
    await rules.saveView(database, { name: 'mine', text: 'owner=alice', sort: { field: 'endExecTime', direction: 'desc' } }, alice);
    await rules.saveView(database, { name: 'zoo', text: '' }, bob);
    const names = async (caller: Caller) => (await rules.listViews(database, caller)).map(({ name, owner, mine }) => [name, owner, mine]);
    expect(await names(alice)).toEqual([['failed today', 'alice', true], ['mine', 'alice', true]]); // prettier-ignore
    expect(await names(bob)).toEqual([['zoo', 'bob', true], ['failed today', 'alice', false]]); // prettier-ignore
    expect(await names(eve)).toEqual([]);
    await expect(rules.deleteView(database, 'failed today', bob)).rejects.toMatchObject({ code: 'NotFound' });
    await rules.saveView(database, { name: 'failed today', text: 'state=Failed' }, bob);
    expect((await rules.listViews(database, alice))[0]).toMatchObject({ name: 'failed today', text: 'state=Failed age<1d', shared: true });
    await rules.deleteView(database, 'failed today', alice);
    expect(await names(alice)).toEqual([['mine', 'alice', true]]);
  });

  it('are at most two hundred, and one may always be changed', async () => {
    const database = await open();
    for (let i = 0; i < rules.mostViews; i++) await rules.saveView(database, { name: `view ${i}`, text: '' }, alice);
    await expect(rules.saveView(database, { name: 'one more', text: '' }, alice)).rejects.toMatchObject({ code: 'TooLarge' });
    await rules.saveView(database, { name: 'view 7', text: 'state=Done' }, alice);
    await rules.saveView(database, { name: 'first', text: '' }, bob);
  });
});

describeGrid('the doors of views', (start) => {
  it('save, list and delete; what cannot be read is not kept', async () => {
    const grid = await start();
    const sort = { field: 'submissionTime', direction: 'asc' } as const;
    const saved = await grid.call(saveView, { body: { name: "o'hara; --", text: 'state=Failed site=CYF*', sort, shared: true } });
    expect(saved).toMatchObject({ name: "o'hara; --", mine: true, shared: true, sort });
    expect((await grid.call(listViews, {})).views).toEqual([saved]);
    await expect(grid.call(saveView, { body: { name: 'x', text: 'staet=Failed' } })).rejects.toMatchObject({ code: 'BadRequest', message: expect.stringContaining('Did you mean state?') as string }); // prettier-ignore
    for (const name of ['', ' ', 'a\nb', 'a\u0000', 'x'.repeat(101)])
      await expect(grid.call(saveView, { body: { name, text: '' } })).rejects.toMatchObject({ code: 'BadRequest' });
    await grid.call(deleteView, { body: { name: "o'hara; --" } });
    await expect(grid.call(deleteView, { body: { name: "o'hara; --" } })).rejects.toMatchObject({ code: 'NotFound' });
    expect((await grid.call(listViews, {})).views).toEqual([]);
  });
});
