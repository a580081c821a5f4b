import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBothDatabases } from '../database/testing.ts';
import { parseRegistryCommand, runRegistryCommand } from './command.ts';
import type { RegistryCommand } from './command.ts';
import { signInPerson } from './index.ts';
import { twoVos } from './testing.ts';

describeBothDatabases('registry import and export, on the database itself', (open) => {
  it('the first operator comes out of a file; a dry run changes nothing; what goes out comes in unchanged', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'diraclab-registry-'));
    try {
      const database = await open();
      const path = join(folder, 'registry.json');
      const command = (...argv: string[]): RegistryCommand => {
        const parsed = parseRegistryCommand(argv);
        if (parsed === undefined) throw new Error('help');
        return parsed;
      };
      await writeFile(path, JSON.stringify(twoVos));
      expect((await runRegistryCommand(database, command('import', path, '--dry-run'), 'root')).at(-1)).toContain(
        'nothing was changed (20',
      );
      expect((await runRegistryCommand(database, command('import', path), 'root')).at(-1)).toBe(
        '20 entries changed; the registry has version 1',
      );
      const olga = { provider: 'p', issuer: 'https://aai.example.org', subject: 'olga@example.org', entitlements: [] };
      expect((await signInPerson(database, olga)).memberships[0]?.properties).toContain('Operator');
      const out = join(folder, 'out.json');
      await runRegistryCommand(database, command('export', out), 'root');
      const again = await open();
      await runRegistryCommand(again, command('import', out, '--replace'), 'root');
      await runRegistryCommand(again, command('export', path), 'root');
      expect(await readFile(path, 'utf8')).toBe(await readFile(out, 'utf8'));
      await writeFile(join(folder, 'x.cfg'), 'Registry {\n Groups {\n  g {\n  }\n }\n}\n');
      await expect(runRegistryCommand(again, command('import', join(folder, 'x.cfg')), 'root')).rejects.toThrow(/x\.cfg: line 3/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
