import fc from 'fast-check';
import { groupsOf, parseEntitlement } from './entitlements.ts';

const checkIn = 'https://aai.egi.eu/auth/realms/egi';
const cta = {
  name: 'cta.example.org',
  entitlement: {
    issuers: [checkIn],
    namespace: 'urn:mace:egi.eu',
    authorities: ['aai.egi.eu'],
    roles: [
      { role: 'member', ownerGroup: 'cta_user' },
      { role: 'manager', ownerGroup: 'cta_admin' },
      { role: 'member', subgroup: ['simulation'], ownerGroup: 'cta_sim' },
    ],
  },
};

describe('entitlements', () => {
  it("EGI's form, and that of AARC-G069 without an authority", () => {
    expect(parseEntitlement('urn:mace:egi.eu:group:cta.example.org:role=member#aai.egi.eu')).toEqual({
      namespace: 'urn:mace:egi.eu',
      path: ['cta.example.org'],
      role: 'member',
      authority: 'aai.egi.eu',
    });
    expect(parseEntitlement('urn:geant:dariah.eu:group:A%20B:c')).toEqual({
      namespace: 'urn:geant:dariah.eu',
      path: ['A B', 'c'],
      role: undefined,
      authority: undefined,
    });
  });

  it.each([
    'urn:mace:egi.eu:group:',
    'urn:mace:egi.eu:group::role=member#a',
    'urn:mace:egi.eu:group:role=member#a',
    'urn:mace:egi.eu:group:cta:role=#a',
    'urn:mace:egi.eu:group:cta:role=member:role=vm#a',
    'urn:mace:egi.eu:group:cta:role=member:sub#a',
    'urn:mace:egi.eu:group:cta#a#b',
    'urn:mace:egi.eu:group:c ta#a',
    'urn:mace:egi.eu:group:c%zz#a',
    'urn:mace:egi.eu:group:%ff#a',
    'urn:mace:egi.eu:res:cloud#a',
    'cta:role=member',
    `urn:mace:egi.eu:group:${'x'.repeat(3000)}`,
    '',
  ])('what is not exactly one says nothing: %s', (value) => {
    expect(parseEntitlement(value)).toBeUndefined();
  });

  it('no text whatever makes the parser stumble or take long', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void parseEntitlement(`urn:a:b:group:${text}`)));
  });

  it('roles become groups; a subgroup is not the VO, and the VO not its subgroup', () => {
    const of = (...values: string[]) => groupsOf(cta, checkIn, values);
    expect(of('urn:mace:egi.eu:group:cta.example.org:role=member#aai.egi.eu')).toEqual(['cta_user']);
    expect(of('URN:MACE:egi.eu:group:cta.example.org:role=member#aai.egi.eu')).toEqual(['cta_user']);
    expect(of('urn:mace:egi.eu:group:cta.example.org:simulation:role=member#aai.egi.eu')).toEqual(['cta_sim']);
    expect(of('urn:mace:egi.eu:group:cta.example.org:role=member#aai.egi.eu', 'urn:mace:egi.eu:group:cta.example.org:role=manager#aai.egi.eu')).toEqual(['cta_user', 'cta_admin']); // prettier-ignore
  });

  it.each([
    ['another VO', 'urn:mace:egi.eu:group:cta.example.org.evil:role=member#aai.egi.eu'],
    ['another authority', 'urn:mace:egi.eu:group:cta.example.org:role=member#aai.evil.eu'],
    ['no authority', 'urn:mace:egi.eu:group:cta.example.org:role=member'],
    ['another namespace', 'urn:mace:egi.eu.evil:group:cta.example.org:role=member#aai.egi.eu'],
    ['a namespace that hides a group', 'urn:mace:egi.eu:group:x:group:cta.example.org:role=member#aai.egi.eu'],
    ['another case of the name', 'urn:mace:egi.eu:group:CTA.example.org:role=member#aai.egi.eu'],
    ['another role', 'urn:mace:egi.eu:group:cta.example.org:role=Member#aai.egi.eu'],
    ['no role', 'urn:mace:egi.eu:group:cta.example.org#aai.egi.eu'],
  ])('%s gives nothing', (_what, value) => {
    expect(groupsOf(cta, checkIn, [value])).toEqual([]);
  });

  it('another provider that says the same says nothing', () => {
    expect(groupsOf(cta, 'https://login.evil.org', ['urn:mace:egi.eu:group:cta.example.org:role=member#aai.egi.eu'])).toEqual([]);
  });

  it('variants of the authority count where the VO names them', () => {
    const tolerant = { ...cta, entitlement: { ...cta.entitlement, authorities: ['aai.egi.eu', 'aai-demo.egi.eu', ''] } };
    for (const end of ['#aai.egi.eu', '#aai-demo.egi.eu', ''])
      expect(groupsOf(tolerant, checkIn, [`urn:mace:egi.eu:group:cta.example.org:role=member${end}`])).toEqual(['cta_user']);
  });
});
