import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type TypeScript from 'typescript';

/** What we use of tslab 1.0.22, which publishes no types for its parts. Our repairs name them here and nowhere else. */
export interface Position {
  offset: number;
  line: number;
  character: number;
}
export interface Converted {
  diagnostics: { start: Position; end: Position; fileName?: string }[];
}
export interface Converter {
  convert(previousDeclarations: string, source: string): Converted;
}
export interface ConverterModule {
  createConverter(options?: object): Converter;
}
export interface JupyterModule {
  ZmqServer: { prototype: { close(): void } };
}
export interface Tslab {
  /** TypeScript 5.0.4, tslab's fork; its API is that of the TypeScript we know, as far as we use it. */
  typescript: typeof TypeScript;
  converter: ConverterModule;
  jupyter: JupyterModule;
  startKernel(options: { configPath: string; enableFindLocal: boolean; jsKernel: boolean }): void;
}

/** The folder of tslab: `DIRACLAB_TSLAB`, else the one installed beside us. */
export function findTslab(env: NodeJS.ProcessEnv, from: string): string {
  if (env['DIRACLAB_TSLAB']) return env['DIRACLAB_TSLAB'];
  try {
    return dirname(createRequire(from).resolve('tslab/package.json'));
  } catch (cause) {
    throw new Error(
      `tslab is not installed where ${from} can find it. Run the project's set-up again, or set DIRACLAB_TSLAB to tslab's folder.`,
      { cause },
    );
  }
}

/** Loads TypeScript first and lets `prepare` change it, because tslab's converter reads `ts.sys` while it loads. */
export function loadTslab(folder: string, prepare: (typescript: typeof TypeScript) => void): Tslab {
  const load = createRequire(join(folder, 'package.json'));
  const typescript = load('@tslab/typescript-for-tslab') as typeof TypeScript;
  prepare(typescript);
  const main = load('./dist/main.js') as Pick<Tslab, 'startKernel'>;
  return {
    typescript,
    converter: load('./dist/converter.js') as ConverterModule,
    jupyter: load('./dist/jupyter.js') as JupyterModule,
    startKernel: main.startKernel,
  };
}
