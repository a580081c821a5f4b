import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type TypeScript from 'typescript';

/** The part of `ts.sys` that module resolution asks. */
type FileSystem = Pick<TypeScript.System, 'fileExists' | 'readFile' | 'directoryExists' | 'realpath'>;

/**
 * Makes `import 'diraclab'` resolve from any folder: for the compiler there seems to be a `node_modules/diraclab` in the kernel's folder,
 * for Node the name leads to the same package. A package that really lies there is left alone, for both.
 */
export function offerPackage(name: string, folder: string, cwd: string, system: FileSystem): void {
  const pretended = join(cwd, 'node_modules', name);
  if (existsSync(pretended)) return;
  pretendPackage(pretended, folder, system);
  const url = pathToFileURL(join(folder, 'dist', 'index.js')).href;
  const ours = { url, format: 'commonjs', shortCircuit: true };
  registerHooks({ resolve: (specifier, context, next) => (specifier === name ? ours : next(specifier, context)) });
}

export function pretendPackage(pretended: string, folder: string, system: FileSystem): void {
  // The compiler writes paths with slashes on every platform.
  const slashed = (path: string) => path.split(sep).join('/');
  const [from, to] = [slashed(pretended), slashed(folder)];
  const real = (path: string) => (path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path);
  const { fileExists, readFile, directoryExists, realpath } = system;
  const parent = from.slice(0, from.lastIndexOf('/'));
  system.fileExists = (path) => fileExists(real(path));
  system.readFile = (path, encoding) => readFile(real(path), encoding);
  // The folder of the packages itself may be missing, too: then nobody would look into it.
  system.directoryExists = (path) => path === parent || directoryExists(real(path));
  if (realpath !== undefined) system.realpath = (path) => realpath(real(path));
}
