import type { BuildOptions } from 'esbuild';
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { labels, withBoxes } from './conformance.ts';
import { describeBothDatabases } from './testing.ts';

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'diraclab-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bundled as the server is, so that the story also shows that a bundle finds its thread's file beside it. */
beforeAll(async () => {
  const common: BuildOptions = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error', mainFields: ['module', 'main'] };
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  const alias = { '@diraclab/contract': join(here, '../../../contract/src/index.ts') };
  const contents = `
    import { openDatabase } from './open.ts';
    import { put } from './conformance.ts';
    const database = await openDatabase(JSON.parse(process.argv[2]));
    for (let n = 1; ; n++) {
      await database.transaction((tx) => put(tx, n));
      process.stdout.write(n + '\\n');
    }`;
  const stdin: BuildOptions['stdin'] = { contents, resolveDir: here, loader: 'ts' };
  await build({ ...common, stdin, banner, alias, external: ['pg-native'], outfile: join(folder, 'writer.mjs') });
  await build({ ...common, entryPoints: [join(here, 'sqlite-worker.ts')], outfile: join(folder, 'sqlite-worker.mjs') });
});

describeBothDatabases('a server that is killed', (open) => {
  it('has lost no row that it acknowledged, and the next one starts on its file', async () => {
    const location = await open.location();
    await (await withBoxes(await open(location))).close();
    const writer = spawn(process.execPath, [join(folder, 'writer.mjs'), JSON.stringify(location)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(writer, 'exit');
    let acknowledged = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 50) writer.kill('SIGKILL');
    }
    await exited;
    expect(acknowledged).toBeGreaterThanOrEqual(50);
    const kept = await labels((await open(location)).read);
    // One more may have been committed than could be said.
    expect([acknowledged, acknowledged + 1]).toContain(kept.length);
    expect(kept).toEqual(kept.map((_, i) => `box ${i + 1}`));
  });
});
