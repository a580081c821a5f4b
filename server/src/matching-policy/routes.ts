import * as contract from '@diraclab/contract';
import { ContractError } from '@diraclab/contract';
import type { Database } from '../database/port.ts';
import type { Doors } from '../http/answer.ts';
import { managesRegistry, managesVo, operates, readsJobs } from '../identity/policies.ts';
import type { Caller } from '../identity/caller.ts';
import { instant } from '../jobs/job-row.ts';
import type { QueueTable } from '../task-queues/queue-table.ts';
import type { LiveOffer } from '../task-queues/waiting-pilots.ts';
import type { MatchingPolicy } from './policy.ts';
import { loadPolicy, readPolicy } from './policy-store.ts';
import type { Scope, StoredPolicy } from './policy-store.ts';
import { previewPolicy } from './preview-policy.ts';
import { savePolicy } from './save-policy.ts';
import { measureAll } from './share-usage-agent.ts';

export interface PolicyParts {
  database: Database;
  queues: QueueTable;
  offers: () => readonly LiveOffer[];
  /** A policy was saved: this server takes it up at once. */
  policyChanged: () => Promise<void>;
}

const operator: Scope = { kind: 'operator' };
const ofCaller = ({ vo }: Caller): Scope => ({ kind: 'vo', vo });
const defaultClaims = 1000;
const seesVoPolicy = (caller: Caller): boolean => readsJobs(caller) || managesVo(caller);

export function policyDoors(doors: Doors, parts: PolicyParts): void {
  const { database } = parts;
  const db = database.read;
  const find = async (scope: Scope, version: number | undefined): Promise<StoredPolicy> => {
    const found = await readPolicy(db, scope, version);
    if (found === undefined) throw new ContractError('NotFound', `The policy has no version ${version}.`);
    return found;
  };
  const save = async (scope: Scope, body: Parameters<typeof savePolicy>[2], author: string): Promise<StoredPolicy> => {
    const saved = await savePolicy(database, scope, body, author);
    await parts.policyChanged();
    return saved;
  };

  doors.answer(contract.getVoMatchingPolicy, {
    may: seesVoPolicy,
    does: async ({ query }, caller) => toVoPolicy(caller.vo, await find(ofCaller(caller), query.version)),
  });
  doors.answer(contract.saveVoMatchingPolicy, {
    may: managesVo,
    does: async ({ body }, caller) => toVoPolicy(caller.vo, await save(ofCaller(caller), body, caller.owner)),
  });
  doors.answer(contract.getOperatorMatchingPolicy, {
    may: operates,
    does: async ({ query }) => toOperatorPolicy(await find(operator, query.version)),
  });
  doors.answer(contract.saveOperatorMatchingPolicy, {
    may: operates,
    does: async ({ body }, caller) => toOperatorPolicy(await save(operator, body, caller.owner)),
  });
  doors.answer(contract.getSiteMask, {
    may: seesVoPolicy,
    does: async (_input, caller) => ({ banned: siteMaskOf(await loadPolicy(db), caller.vo) }),
  });
  doors.answer(contract.previewMatchingPolicy, {
    may: managesRegistry,
    does: async ({ body }, caller) => {
      if (body.operator !== undefined && !operates(caller)) {
        throw new ContractError('NotAllowed', "Only the operator may try out the operator's policy.", { next: 'Leave "operator" out.' });
      }
      const now = await loadPolicy(db);
      const then: MatchingPolicy = {
        operator: body.operator ?? now.operator,
        vos: body.vo === undefined ? now.vos : new Map([...now.vos, [caller.vo, body.vo]]),
      };
      const [measured, measuredThen, nowMs] = await Promise.all([
        measureAll(database, now.operator.correctors),
        measureAll(database, then.operator.correctors),
        database.nowMs(),
      ]);
      const vo = operates(caller) ? undefined : caller.vo;
      return previewPolicy(db, {
        now,
        then,
        measured,
        measuredThen,
        offers: parts.offers(),
        nowMs,
        vo,
        claims: body.claims ?? defaultClaims,
      });
    },
  });
}

const toVoPolicy = (vo: string, { version, author, savedMs, body }: StoredPolicy): contract.StoredVoPolicy => ({
  vo, version, author, time: savedMs === null ? null : instant(savedMs), policy: contract.VoMatchingPolicy.parse(JSON.parse(body)),
}); // prettier-ignore

const toOperatorPolicy = ({ version, author, savedMs, body }: StoredPolicy): contract.StoredOperatorPolicy => ({
  version, author, time: savedMs === null ? null : instant(savedMs), policy: contract.OperatorMatchingPolicy.parse(JSON.parse(body)),
}); // prettier-ignore

function siteMaskOf({ operator: { bannedSites }, vos }: MatchingPolicy, vo: string) {
  const rows = (sites: Record<string, string>, by: 'operator' | 'vo') =>
    Object.entries(sites).map(([site, reason]) => ({ site, by, reason }));
  return [...rows(bannedSites, 'operator'), ...rows(vos.get(vo)?.bannedSites ?? {}, 'vo')];
}
