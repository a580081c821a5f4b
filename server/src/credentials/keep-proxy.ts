import { ContractError } from '@diraclab/contract';
import type { ProxyInfo } from '@diraclab/contract';
import { audit } from '../audit/audit.ts';
import type { Database } from '../database/port.ts';
import type { Caller } from '../identity/caller.ts';
import type { Secret } from '../identity/secret-file.ts';
import { checkProxy, slashed } from './check-proxy.ts';
import type { TrustedCas } from './check-proxy.ts';
import { bindIdentity, findProxy, putProxy, removeProxy } from './proxy-store.ts';
import type { ProxyRow } from './proxy-store.ts';
import { readPem } from './read-pem.ts';
import { sealProxy } from './read-proxy-for.ts';

/** Long enough before the end to make a new one after a weekend. */
const warnMs = 3 * 86_400_000;

const noProxy = ({ vo, ownerGroup }: Caller): ContractError =>
  new ContractError('NotFound', `You have stored no proxy for ${vo}/${ownerGroup}.`, { next: 'Send one: dproxy upload FILE.' });

export async function keepProxy(
  database: Database,
  { secret, trusted }: { secret: Secret; trusted: TrustedCas },
  pem: string,
  caller: Caller,
): Promise<ProxyInfo> {
  const checked = checkProxy(readPem(pem), trusted, await database.nowMs());
  const { identity, subject, issuer, notAfterMs, fqans } = checked;
  return database.transaction(async (tx, nowMs) => {
    if ((await bindIdentity(tx, identity, caller.owner, nowMs)) !== caller.owner)
      throw new ContractError('NotAllowed', `The proxy of ${slashed(identity)} cannot be stored by you: this name belongs to another person here.`, {
        next: 'Send a proxy of your own certificate; if this is yours, ask the operators.',
      }); // prettier-ignore
    const row: ProxyRow = {
      vo: caller.vo, owner_group: caller.ownerGroup, owner: caller.owner, sealed: sealProxy(secret, caller, checked.pem), subject, issuer,
      not_after_ms: notAfterMs, fqans: JSON.stringify(fqans), upload_ms: nowMs,
    }; // prettier-ignore
    await putProxy(tx, row);
    await audit(tx, [{ act: 'credential', actor: caller, n: 1, detail: `stored a proxy of ${subject} until ${iso(notAfterMs)}` }], nowMs);
    return toInfo(row, nowMs);
  });
}

export async function describeProxy(database: Database, caller: Caller): Promise<ProxyInfo> {
  const row = await findProxy(database.read, caller);
  if (row === undefined) throw noProxy(caller);
  return toInfo(row, await database.nowMs());
}

export async function deleteProxy(database: Database, caller: Caller): Promise<{ subject: string }> {
  return database.transaction(async (tx, nowMs) => {
    const subject = await removeProxy(tx, caller);
    if (subject === undefined) throw noProxy(caller);
    await audit(tx, [{ act: 'credential', actor: caller, n: 1, detail: `deleted the proxy of ${subject}` }], nowMs);
    return { subject };
  });
}

const iso = (ms: number): string => new Date(ms).toISOString();

function toInfo(row: ProxyRow, nowMs: number): ProxyInfo {
  const leftMs = row.not_after_ms - nowMs;
  return {
    subject: row.subject,
    issuer: row.issuer,
    notAfterTime: iso(row.not_after_ms),
    vo: row.vo,
    ownerGroup: row.owner_group,
    fqans: JSON.parse(row.fqans) as string[],
    uploadTime: iso(row.upload_ms),
    expired: leftMs <= 0,
    warning: warningOf(leftMs),
  };
}

function warningOf(leftMs: number): string | null {
  if (leftMs > warnMs) return null;
  return `The proxy ${leftMs <= 0 ? 'has expired' : 'expires soon'}: make a new one and send it with dproxy upload.`;
}
