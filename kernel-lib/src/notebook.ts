import { randomBytes } from 'node:crypto';
import { sep } from 'node:path';

/** One output of a cell in several forms; the front end takes the richest that it knows. */
export type MimeBundle = Record<string, unknown>;

/** Where text and cards go. Plain effects: what they say is decided in display.ts and wait.ts. */
export interface Screen {
  /** Shows a card once; its `update` replaces it where it stands, also after the cell has ended. Undefined where cards cannot be shown. */
  show(bundle: MimeBundle): { update(bundle: MimeBundle): void } | undefined;
  /** One line that is rewritten in place; undefined where nobody would see it. */
  line(): { write(text: string): void; end(text: string): void } | undefined;
  /** Calls when the person interrupts the cell. In plain Node Ctrl-C keeps its ordinary meaning: the program ends. */
  onInterrupt(act: () => void): () => void;
  readonly isNotebook: boolean;
}

type WriteDisplayData = (content: { data: MimeBundle; metadata: object; transient: { display_id?: string } }, update: boolean) => void;
interface KernelModule {
  lastWriteDisplayData: WriteDisplayData | null;
}

/** The kernel's module when this process is a kernel: found among the loaded modules, never loaded by us. */
export function findKernel(loaded: NodeJS.Dict<NodeModule> = require.cache): KernelModule | undefined {
  const end = ['', 'tslab', 'dist', 'jupyter.js'].join(sep);
  const path = Object.keys(loaded).find((name) => name.endsWith(end));
  return path === undefined ? undefined : (loaded[path]?.exports as KernelModule);
}

export function createScreen(kernel: KernelModule | undefined = findKernel(), stream: NodeJS.WriteStream = process.stderr): Screen {
  return kernel === undefined ? terminalScreen(stream) : notebookScreen(kernel);
}

function notebookScreen(kernel: KernelModule): Screen {
  function show(bundle: MimeBundle) {
    // Bound to the cell that runs now: the card appears there.
    const write = kernel.lastWriteDisplayData;
    if (write === null) return undefined;
    const transient = { display_id: randomBytes(8).toString('hex') };
    write({ data: bundle, metadata: {}, transient }, false);
    return {
      // Sent in the name of the cell that runs then: the id says which output is meant, and nbconvert hears the running cell only.
      update: (changed: MimeBundle) => (kernel.lastWriteDisplayData ?? write)({ data: changed, metadata: {}, transient }, true),
    };
  }
  return {
    isNotebook: true,
    show,
    line() {
      let shown: ReturnType<typeof show>;
      const write = (text: string) => {
        const bundle = { 'text/plain': text };
        if (shown === undefined) shown = show(bundle);
        else shown.update(bundle);
      };
      return { write, end: (text) => void (shown === undefined || write(text)) };
    },
    onInterrupt: onceEach(),
  };
}

/** One listener for all waits: a hundred awaited jobs must not look like a leak of listeners. */
function onceEach(): Screen['onInterrupt'] {
  const acts = new Set<() => void>();
  const interrupt = () => [...acts].forEach((act) => act());
  return (act) => {
    if (acts.size === 0) process.on('SIGINT', interrupt);
    acts.add(act);
    return () => {
      if (acts.delete(act) && acts.size === 0) process.off('SIGINT', interrupt);
    };
  };
}

function terminalScreen(stream: NodeJS.WriteStream): Screen {
  return {
    isNotebook: false,
    show: () => undefined,
    line() {
      if (stream.isTTY !== true) return undefined;
      const clear = '\r\u001b[2K';
      const cut = (text: string) => text.slice(0, Math.max(20, (stream.columns || 80) - 1));
      return { write: (text) => void stream.write(clear + cut(text)), end: () => void stream.write(clear) };
    },
    onInterrupt: () => () => {},
  };
}
