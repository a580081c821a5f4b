import { finalStatuses, jobStatuses } from '@diraclab/contract';
import { occurring, stateLooks, summarise, type StateCounts } from './states';

describe('how states look', () => {
  it('knows every state of the contract, and which of them are final', () => {
    expect(Object.keys(stateLooks).sort()).toEqual([...jobStatuses].sort());
    expect(jobStatuses.filter((status) => stateLooks[status].final).sort()).toEqual([...finalStatuses].sort());
  });

  it('counts every job exactly once', () => {
    const counts: StateCounts = Object.fromEntries(jobStatuses.map((status, index) => [status, 2 ** index]));
    const { total, running, waiting, failed, done, ended } = summarise(counts);
    expect(running + waiting + failed + done + ended).toBe(2 ** jobStatuses.length - 1);
    expect(total).toBe(2 ** jobStatuses.length - 1);
  });

  it('says the same by symbol as by colour: no two families share a symbol', () => {
    const bySymbol = new Map<string, Set<string>>();
    for (const { symbol, family } of Object.values(stateLooks)) bySymbol.set(symbol, (bySymbol.get(symbol) ?? new Set()).add(family));
    expect([...bySymbol].filter(([, families]) => families.size > 1)).toEqual([]);
  });

  it('shows only states that occur', () => {
    expect(occurring({ Done: 3, Failed: 1, Waiting: 0 })).toEqual([
      { status: 'Failed', count: 1 },
      { status: 'Done', count: 3 },
    ]);
  });
});
