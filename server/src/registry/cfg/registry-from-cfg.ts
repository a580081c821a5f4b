import { Group, Person, propertyNames, Vo } from '@diraclab/contract';
import type { Property, RegistryFile } from '@diraclab/contract';
import type { z } from 'zod';
import { CfgError, listOf, parseCfg } from './parse-cfg.ts';
import type { CfgSection } from './parse-cfg.ts';

export interface CfgImport {
  file: RegistryFile;
  /** What was not taken over, with its line. */
  warnings: string[];
}

export interface CfgOptions {
  /** Users whose DN is `/O=DIRAC/CN=<subject>` sign in at this issuer: DIRAC's way to write down who came by OpenID Connect. */
  issuer?: string | undefined;
}

/** DIRAC's `Registry` section (of a whole configuration, or its inside alone) as a registry. Hosts, defaults and proxies have no counterpart. */
export function registryFromCfg(text: string, { issuer }: CfgOptions = {}): CfgImport {
  const root = parseCfg(text);
  const registry = root.sections.get('Registry') ?? root;
  const warnings: string[] = [];
  const groups = [...part(registry, 'Groups').sections].map(([name, section]) => toGroup(name, section, registry, warnings));
  const vos = new Map([...part(registry, 'VO').sections].map(([name, section]) => [name, toVo(name, section)]));
  for (const { vo } of groups) if (!vos.has(vo)) vos.set(vo, Vo.parse({ name: vo }));
  const users = part(registry, 'Users');
  const members = membersOf(registry, groups, users, warnings);
  const people = [...users.sections].map(([owner, section]) => toPerson(owner, section, members.get(owner) ?? [], issuer, warnings));
  return { file: { format: 'diraclab-registry-1', vos: [...vos.values()], groups, people, robots: [] }, warnings };
}

const none: CfgSection = { line: 0, options: new Map(), sections: new Map() };
const part = (registry: CfgSection, name: string): CfgSection => registry.sections.get(name) ?? none;
const option = (section: CfgSection, name: string): string | undefined => section.options.get(name)?.value || undefined;

/** What our registry would not take is said with the line where it stands. */
function checked<S extends z.ZodType>(schema: S, value: unknown, line: number, what: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CfgError(line, `${what}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`);
}

function toVo(name: string, section: CfgSection): z.infer<typeof Vo> {
  const defaultGroup = option(section, 'DefaultGroup');
  return checked(Vo, { name, ...(defaultGroup === undefined ? {} : { defaultGroup }) }, section.line, `the VO ${name}`);
}

function toGroup(name: string, section: CfgSection, registry: CfgSection, warnings: string[]): z.infer<typeof Group> {
  const vos = [...part(registry, 'VO').sections.keys()];
  const vo = option(section, 'VO') ?? (vos.length === 1 ? vos[0] : undefined);
  if (vo === undefined) throw new CfgError(section.line, `the group ${name} names no VO`);
  const known: Property[] = [];
  for (const property of listOf(option(section, 'Properties'))) {
    const found = propertyNames.find((one) => one === property);
    if (found === undefined || found === 'EndUserSubmission')
      warnings.push(`line ${section.options.get('Properties')?.line}: the property ${property} of ${name} is not known here and left out`);
    else if (!known.includes(found)) known.push(found);
  }
  const share = option(section, 'JobShare');
  const background = option(section, 'AllowBackgroundTQs');
  const group = {
    vo,
    name,
    properties: known,
    ...(share === undefined ? {} : { jobShare: Number(share) }),
    ...(background === undefined ? {} : { allowBackgroundTaskQueues: /^(true|yes|y|1)$/i.test(background) }),
  };
  return checked(Group, group, section.line, `the group ${name}`);
}

type Membership = { vo: string; ownerGroup: string; from: 'registry' };

function membersOf(
  registry: CfgSection,
  groups: readonly z.infer<typeof Group>[],
  users: CfgSection,
  warnings: string[],
): Map<string, Membership[]> {
  const members = new Map<string, Membership[]>();
  for (const { vo, name } of groups) {
    const said = part(registry, 'Groups').sections.get(name)?.options.get('Users');
    for (const owner of new Set(listOf(said?.value))) {
      if (users.sections.has(owner)) members.set(owner, [...(members.get(owner) ?? []), { vo, ownerGroup: name, from: 'registry' }]);
      else warnings.push(`line ${said?.line}: ${owner}, a member of ${name}, is not among the Users and left out`);
    }
  }
  return members;
}

function toPerson(
  owner: string,
  section: CfgSection,
  memberships: readonly Membership[],
  issuer: string | undefined,
  warnings: string[],
): z.infer<typeof Person> {
  const names = listOf(option(section, 'DN'));
  const subjects = names.flatMap((dn) => /^\/O=DIRAC\/CN=(.+)$/.exec(dn)?.[1] ?? []);
  const identities = issuer === undefined ? [] : subjects.map((subject) => ({ issuer, subject }));
  if (identities.length === 0) warnings.push(`line ${section.line}: ${owner} has no identity to sign in with; add one with putPerson`);
  const email = option(section, 'Email');
  const suspendedVos = listOf(option(section, 'Suspended'));
  const suspension = { reason: 'suspended in DIRAC', by: 'import', since: new Date(0).toISOString() };
  const person = {
    owner,
    identities,
    ...(email === undefined ? {} : { email }),
    ...(names.length === 0 ? {} : { distinguishedNames: names }),
    memberships,
    ...(suspendedVos.length === 0 ? {} : { suspendedIn: suspendedVos.map((vo) => ({ ...suspension, vo })) }),
  };
  return checked(Person, person, section.line, `the user ${owner}`);
}
