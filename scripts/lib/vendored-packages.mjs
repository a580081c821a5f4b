import { createRequire } from 'node:module';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { root } from './node24.mjs';

/** Of the packages that tslab names, those it never loads: a bundler for a mode that our kernel does not have. */
const neverLoaded = /^(rollup|@rollup\/.+|fsevents)$/;

/** All packages that one needs at run time, itself among them: `{ name, folder }`, found where Node would find them from each dependent. */
export function packagesOf(name, from = root, found = new Map()) {
  const folder = findPackage(name, from);
  if (folder === undefined || found.has(folder)) return found;
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  found.set(folder, { name, folder, version: manifest.version, license: manifest.license });
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (!neverLoaded.test(dependency)) packagesOf(dependency, folder, found);
  }
  return found;
}

function findPackage(name, from) {
  for (const places of createRequire(join(from, 'package.json')).resolve.paths(name)) {
    const folder = join(places, name);
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return undefined;
}

/** Copies tslab and what it needs to `target`/node_modules, at the same places relative to one another, without what a kernel never reads. */
export function copyTslab(target) {
  const packages = [...packagesOf('tslab').values()];
  const addons = new Set(newestAddons(join(root, 'node_modules/zeromq/build')));
  for (const { name, folder } of packages) {
    const isNeeded = (path) => neededOf(name, relative(folder, path), addons);
    const filter = (path) => basename(path) !== 'node_modules' && (path === folder || isNeeded(path));
    cpSync(folder, join(target, relative(root, folder)), { recursive: true, dereference: true, filter });
  }
  return packages;
}

/**
 * Left out: source maps, compilers' sources, build tools, other programs than the compiler's library, messages in other languages, and native files
 * for other platforms or older Nodes. It makes 24 MB of 79 MB.
 */
function neededOf(name, path, addons) {
  if (/\.(map|tsbuildinfo|mts)$/.test(path) && !path.endsWith('.d.mts')) return false;
  if (name === '@tslab/typescript-for-tslab') {
    return !/^bin|^lib\/([a-z]{2}(-[a-z]{2})?(\/|$)|tsc\.js|tsserver|typingsInstaller|watchGuard|cancellationToken)/.test(path);
  }
  if (name === 'zeromq') {
    if (/^(src|script|CMakeLists|vcpkg|tsconfig|lib\/ts3\.7)/.test(path)) return false;
    return !path.endsWith('.node') || addons.has(path);
  }
  // Of zeromq's build tool only the loader runs, and the headers of Node's native interface never.
  if (name === 'cmake-ts') return !/^(src|build\/(?!loader\.)|babel|vite)/.test(path) || path === 'build';
  if (name === 'node-addon-api') return /^(package\.json|LICENSE.*|README.*)$/.test(path);
  return true;
}

/** By zeromq's own list, the native file for the newest Node of each platform that we run on. Its loader tries that one first. */
function newestAddons(buildFolder) {
  const newest = new Map();
  for (const [key, file] of Object.entries(JSON.parse(readFileSync(join(buildFolder, 'manifest.json'), 'utf8')))) {
    const { os, arch, libc, abi } = JSON.parse(key);
    if (os !== 'linux' && os !== 'darwin') continue;
    const platform = `${os}-${arch}-${libc}`;
    if (abi > (newest.get(platform)?.abi ?? 0)) newest.set(platform, { abi, file });
  }
  return [...newest.values()].map(({ file }) => join('build', file));
}

/** Name, version and licence text of packages, as one text: their licences ask that it comes along with what was bundled. */
export function licenceText(packages) {
  const once = new Map(packages.map((one) => [`${one.name} ${one.version}`, one]));
  return [...once.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, { folder, license }]) => {
      const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying|thirdparty)/i.test(file));
      const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
      return `${'='.repeat(80)}\n${title} (${license ?? 'see below'})\n${'='.repeat(80)}\n\n${texts.join('\n\n')}\n`;
    })
    .join('\n');
}

/** The packages inside our bundles: what the workspaces need at run time. */
export function bundledPackages() {
  const found = new Map();
  for (const [workspace, names] of Object.entries({
    server: ['express', 'jose', 'kysely', 'openid-client', 'pg', 'pino', 'socket.io', 'zod'],
    'kernel-lib': ['qrcode-generator', 'socket.io-client', 'zod'],
  })) {
    for (const name of names) packagesOf(name, join(root, workspace), found);
  }
  return [...found.values()].filter(({ folder }) => dirname(folder).includes('node_modules'));
}
