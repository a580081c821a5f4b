import type { OutputStream, Peek } from '@diraclab/contract';
import type { IDisposable } from '@lumino/disposable';
import type { IDiracSession, Refusal } from '../tokens';

export const mostLines = 5000;
/** A line longer than this is cut on the screen: one line of 100 MB would stop the browser as well as a million lines. */
const longestLine = 4000;
/** What is read at first: the last bytes. A running job keeps 256 KiB at the server. */
export const tailBytes = 256 * 1024;

/** The last lines of a stream, as they come. */
export class OutputModel implements IDisposable {
  stream: OutputStream = 'stdout';
  lines: string[] = [];
  /** Something came before the first line that is here. */
  cut = false;
  endBytes = 0;
  complete = false;
  refused: Refusal | undefined;
  isDisposed = false;
  readonly #session: IDiracSession;
  readonly #jobId: number;
  readonly #changed: () => void;
  #watch: IDisposable | undefined;
  #begun = false;

  constructor(session: IDiracSession, jobId: number, changed: () => void) {
    this.#session = session;
    this.#jobId = jobId;
    this.#changed = changed;
  }

  start(): void {
    if (this.#watch !== undefined || (this.complete && this.#begun)) return;
    const { stream } = this;
    const from = this.#begun ? this.endBytes : -tailBytes;
    this.#watch = this.#session.live.watch(
      { kind: 'output', jobId: this.#jobId, stream, from },
      ({ output }) => this.#learn(output),
      (refusal) => {
        this.refused = refusal;
        this.#changed();
      },
    );
  }

  stop(): void {
    this.#watch?.dispose();
    this.#watch = undefined;
  }

  /** Another stream, or a new attempt whose output begins again. */
  restart(stream: OutputStream): void {
    const wasOn = this.#watch !== undefined || this.complete;
    this.stop();
    Object.assign(this, { stream, lines: [], cut: false, endBytes: 0, complete: false, refused: undefined });
    this.#begun = false;
    if (wasOn) this.start();
    this.#changed();
  }

  dispose(): void {
    this.isDisposed = true;
    this.stop();
  }

  #learn(output: Peek): void {
    if (this.#begun && output.from < this.endBytes) this.lines = [];
    if (!this.#begun || output.from !== this.endBytes) this.cut = output.from > 0;
    this.#begun = true;
    this.endBytes = output.end;
    this.complete = output.complete;
    this.lines = append(this.lines, output.text);
    if (this.lines.length > mostLines) {
      this.lines = this.lines.slice(-mostLines);
      this.cut = true;
    }
    if (output.complete) this.stop();
    this.#changed();
  }
}

/** The last element is the line that is still being written. */
export function append(lines: readonly string[], text: string): string[] {
  const plain = text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/\r\n/g, '\n'); // eslint-disable-line no-control-regex -- escape sequences of terminals
  const [first = '', ...more] = plain.split('\n');
  const all = [...lines.slice(0, -1), (lines.at(-1) ?? '') + first, ...more];
  return all.map((line) => {
    const redrawn = line.slice(line.lastIndexOf('\r', line.length - 2) + 1);
    return redrawn.length > longestLine ? `${redrawn.slice(0, longestLine)}…` : redrawn;
  });
}

/** All of a stream, page by page, as far as the server still has it. */
export async function readWhole(session: IDiracSession, jobId: number, stream: OutputStream): Promise<Blob> {
  const parts: string[] = [];
  for (let from = 0; ;) {
    const page = await session.call('peekJob', { params: { jobId }, query: { stream, from } });
    parts.push(page.text);
    if (page.text === '' || page.complete || page.end <= from) return new Blob(parts, { type: 'text/plain' });
    from = page.end;
  }
}
