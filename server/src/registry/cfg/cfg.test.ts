import { parseCfg } from './parse-cfg.ts';
import { registryFromCfg } from './registry-from-cfg.ts';

const dirac = `
# The registry of a small installation
DIRAC { Setup = Prod }
Registry
{
  DefaultGroup = cta_user   # after a value, too
  Users
  {
    ada
    {
      DN = /O=DIRAC/CN=4d4@egi.eu
      DN += /DC=org/DC=grid/CN=Ada Lovelace = countess
      Email = ada@example.org
    }
    bert { DN = /C=DE/CN=Bert
      Suspended = cta }
  }
  Groups
  {
    cta_user { Users = ada, bert, carl
      Properties = NormalUser, JobSharing, MadeUpHere
      VO = cta
      JobShare = 2000 }
    cta_pilot {
      Properties = GenericPilot, LimitedDelegation
      VO = cta
      AllowBackgroundTQs = yes
    }
  }
  VO { cta { DefaultGroup = cta_user
  } }
}`.replace('bert { DN = /C=DE/CN=Bert', 'bert {\n      DN = /C=DE/CN=Bert').replace('Suspended = cta }', 'Suspended = cta\n    }').replace('JobShare = 2000 }', 'JobShare = 2000\n    }').replace('cta_user { Users', 'cta_user {\n      Users').replace("DIRAC { Setup = Prod }", 'DIRAC {\nSetup = Prod\n}'); // prettier-ignore

describe("DIRAC's cfg", () => {
  it('sections, options, appended values, comments', () => {
    const root = parseCfg('A\n{\n  x = 1 = 2 # why\n  x += 3\n  B { C { y = {not a section}\n } }\n}\nA { z =\n}');
    const a = root.sections.get('A');
    expect(a?.options.get('x')).toEqual({ value: '1 = 2, 3', line: 4 });
    expect(a?.options.get('z')?.value).toBe('');
    expect(a?.sections.get('B')?.sections.get('C')?.options.get('y')?.value).toBe('{not a section}');
  });

  it.each([
    ['A {\n x = 1\n', 1, 'never closed'],
    ['A {\n}\n}', 3, 'closing brace'],
    ['\n{\n}', 2, 'without a name'],
    ['A {\n stray\n x = 1\n}', 2, '"stray"'],
    ['stray', 1, '"stray"'],
    ['A {\n = 5\n}', 2, 'without the name'],
    ['a{'.repeat(60), 1, 'nested'],
  ])('an error names its line: %j', (text, line, what) => {
    let failure: unknown;
    try {
      parseCfg(text);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ line, message: expect.stringContaining(what) as string });
  });

  it('a Registry becomes ours; what has no counterpart is said, with its line', () => {
    const { file, warnings } = registryFromCfg(dirac, { issuer: 'https://aai.example.org' });
    expect(file.vos).toEqual([{ name: 'cta', defaultGroup: 'cta_user' }]);
    expect(file.groups).toEqual([
      { vo: 'cta', name: 'cta_user', properties: ['NormalUser', 'JobSharing'], jobShare: 2000 },
      { vo: 'cta', name: 'cta_pilot', properties: ['GenericPilot', 'LimitedDelegation'], allowBackgroundTaskQueues: true },
    ]);
    expect(file.people[0]).toEqual({
      owner: 'ada',
      identities: [{ issuer: 'https://aai.example.org', subject: '4d4@egi.eu' }],
      email: 'ada@example.org',
      distinguishedNames: ['/O=DIRAC/CN=4d4@egi.eu', '/DC=org/DC=grid/CN=Ada Lovelace = countess'],
      memberships: [{ vo: 'cta', ownerGroup: 'cta_user', from: 'registry' }],
    });
    expect(file.people[1]?.suspendedIn).toMatchObject([{ vo: 'cta' }]);
    expect(warnings.join('\n')).toMatch(/MadeUpHere/);
    expect(warnings.join('\n')).toMatch(/carl/);
    expect(warnings.join('\n')).toMatch(/line \d+: bert has no identity/);
  });

  it('what ours would not take is an error with its line', () => {
    expect(() => registryFromCfg('Groups {\n g {\n  VO = v\n  JobShare = much\n }\n}')).toThrow(/line 2: the group g: jobShare/);
    expect(() => registryFromCfg('Groups {\n g {\n }\n}')).toThrow(/line 2: the group g names no VO/);
  });
});
