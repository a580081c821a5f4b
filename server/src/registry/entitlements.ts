import type { EntitlementRule, Vo } from '@diraclab/contract';

/** One value of `eduperson_entitlement` that speaks of a group. */
export interface Entitlement {
  /** As it stands there; the parts `urn:<nid>` are without regard to case. */
  namespace: string;
  /** The group, then its subgroups; decoded. */
  path: string[];
  role: string | undefined;
  authority: string | undefined;
}

const longest = 2_000;
/** What a part may hold (RFC 8141's pchar without the colon, which separates); the rest is percent-encoded. */
const part = /^(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-Fa-f]{2})+$/;

/**
 * AARC-G002 and its successor G069: `<namespace>:group:<group>[:<subgroup>…][:role=<role>][#<authority>]`. Undefined for all that is not
 * exactly that: a value that is read generously would give somebody a group.
 */
export function parseEntitlement(value: string): Entitlement | undefined {
  if (value.length > longest) return undefined;
  const [urn = '', authority, ...more] = value.split('#');
  if (more.length > 0) return undefined;
  const [, namespace, rest] = /^(urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:.+?):group:(.+)$/i.exec(urn) ?? [];
  if (namespace === undefined || rest === undefined) return undefined;
  const parts = rest.split(':');
  if (!namespace.split(':').every((name) => part.test(name)) || !parts.every((name) => part.test(name))) return undefined;
  const role = parts.at(-1)?.startsWith('role=') === true ? parts.pop()?.slice('role='.length) : undefined;
  if (parts.length === 0 || role === '' || parts.some((name) => name.startsWith('role='))) return undefined;
  if (authority !== undefined && authority !== '' && !/^[\x21-\x7e]+$/.test(authority)) return undefined;
  const decoded = [...parts, role ?? ''].map(decode);
  if (decoded.some((name) => name === undefined)) return undefined;
  const path = decoded as string[];
  const decodedRole = path.pop();
  return { namespace, path, role: role === undefined ? undefined : decodedRole, authority: authority === '' ? undefined : authority };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The groups of a VO that these entitlements, from this provider, give. */
export function groupsOf(vo: Pick<Vo, 'name' | 'entitlement'>, issuer: string, entitlements: readonly string[]): string[] {
  const rule = vo.entitlement;
  if (rule === undefined || !rule.issuers.includes(issuer)) return [];
  const own = entitlements.map(parseEntitlement).filter((one) => one !== undefined && speaksOf(rule, vo.name, one)) as Entitlement[];
  const groups = rule.roles.filter(({ role, subgroup = [] }) =>
    own.some(
      (one) => one.role === role && one.path.length === subgroup.length + 1 && subgroup.every((name, i) => one.path[i + 1] === name),
    ),
  );
  return [...new Set(groups.map(({ ownerGroup }) => ownerGroup))];
}

const speaksOf = (rule: EntitlementRule, vo: string, one: Entitlement): boolean =>
  sameNamespace(one.namespace, rule.namespace) && one.path[0] === (rule.group ?? vo) && rule.authorities.includes(one.authority ?? '');

/** `urn` and the namespace identifier have no case, what follows has (RFC 8141). */
function sameNamespace(a: string, b: string): boolean {
  const normal = (namespace: string): string => namespace.replace(/^[^:]+:[^:]+/, (start) => start.toLowerCase());
  return normal(a) === normal(b);
}
