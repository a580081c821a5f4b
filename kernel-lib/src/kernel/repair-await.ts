import type TypeScript from 'typescript';
import type { Converted, Converter, ConverterModule } from './tslab';

/**
 * tslab finds out that a cell awaits from one compiler message, which `for await` alone and an await inside another do not cause: such
 * cells failed with a syntax error. An await of its own before the cell causes it. On the same line, so that only columns of the first
 * line shift; they are shifted back in messages.
 */
const prefix = 'await 0;';

export function repairAwait(module: ConverterModule, ts: typeof TypeScript): void {
  const { createConverter } = module;
  module.createConverter = (options) => {
    const converter = createConverter(options);
    return { ...converter, convert: (previous, source) => convert(converter, ts, previous, source) };
  };
}

function convert(converter: Converter, ts: typeof TypeScript, previous: string, source: string): Converted {
  if (!awaitsOnTop(ts, source)) return converter.convert(previous, source);
  const converted = converter.convert(previous, prefix + source);
  for (const { start, end, fileName } of converted.diagnostics) {
    if (fileName !== undefined) continue; // of another file, whose places are true
    for (const place of [start, end]) {
      place.offset = Math.max(0, place.offset - prefix.length);
      if (place.line === 0) place.character = Math.max(0, place.character - prefix.length);
    }
  }
  return converted;
}

/** Whether the cell awaits outside of any function of its own. */
export function awaitsOnTop(ts: typeof TypeScript, source: string): boolean {
  if (!source.includes('await')) return false;
  // Only in a module is `await` a keyword at the top.
  const file = ts.createSourceFile('cell.ts', `${source}\nexport {};`, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const look = (node: TypeScript.Node): boolean => {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined)) return true;
    return ts.forEachChild(node, look) === true;
  };
  return look(file);
}
