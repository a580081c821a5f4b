import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { endAtShutdown, endWithParent } from './kernel/end-with-parent';
import { offerPackage } from './kernel/offer-package';
import { repairAwait } from './kernel/repair-await';
import { findTslab, loadTslab } from './kernel/tslab';

/** Our Jupyter kernel: tslab, mended from outside. Jupyter runs `node kernel-launcher.cjs {connection_file}`. */
function main(): void {
  const configPath = process.argv[2];
  if (configPath === undefined || configPath.startsWith('-')) {
    console.error('Usage: kernel-launcher.cjs CONNECTION_FILE\nJupyter starts this; the kernel is "TypeScript (diraclab)".');
    process.exit(2);
  }
  endWithParent();
  // The compiler is 10 MB of JavaScript: kept compiled, in a folder only its user can write.
  enableCompileCache(join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'diraclab', 'compiled'));

  // This file is <package>/dist/kernel-launcher.cjs.
  const ourPackage = dirname(dirname(resolve(__filename)));
  const tslab = loadTslab(findTslab(process.env, __filename), (typescript) => {
    offerPackage('diraclab', ourPackage, process.cwd(), typescript.sys);
  });
  repairAwait(tslab.converter, tslab.typescript);
  endAtShutdown(tslab.jupyter);
  // A tslab installed near the notebook would come without our repairs.
  tslab.startKernel({ configPath, enableFindLocal: false, jsKernel: false });
}

main();
