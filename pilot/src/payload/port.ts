/** What a payload is started with; everything is decided, nothing is looked up. */
export interface PayloadStart {
  /** Absolute path of the program. */
  readonly program: string;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Open files for standard output and error. */
  readonly stdout: number;
  readonly stderr: number;
  /** Names the job in the payload's environment, so that processes which leave the session are found too. */
  readonly jobMark: string;
}

export interface PayloadEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Usage {
  /** All processes of the payload together, also those that ended. */
  readonly cpuTimeS: number;
  readonly rssMB: number;
}

/** One running program with all its children. */
export interface Payload {
  readonly usage: Usage;
  /** Settles when the program has ended and nothing it started lives on. */
  readonly ended: Promise<PayloadEnd>;
  /** Asks all its processes to end, and ends those that have not after `graceMs`. A later, shorter grace counts. */
  terminate(graceMs: number): void;
}

/** A way to run payloads: as plain processes now, in containers later. */
export interface PayloadRunner {
  start(start: PayloadStart): Promise<Payload>;
  /** Measures all running payloads at once; their `usage` is as of then. */
  measure(): void;
  /** Lets go of what would kill the payloads if the pilot vanished. */
  close(): void;
}
