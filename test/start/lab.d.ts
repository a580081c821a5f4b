import { type ChildProcess } from 'node:child_process';
export declare const root: string;
/** One `npm start`, with its own data directory and Jupyter settings, as a newcomer has it who has no ~/.jupyter. */
export interface StartedLab {
    process: ChildProcess;
    dataDirectory: string;
    /** Lab's own process, from the name of the file it writes for its user. */
    labPid(): Promise<number>;
    /** Calls Lab (`api/…`) or the server behind it (`dirac/api/…`) with Lab's token. */
    call(path: string, body?: unknown): Promise<Response>;
    url: string;
    token: string;
    stdout(): string;
    stderr(): string;
    exited: Promise<number | null>;
    /** Commands that belong to this start and still run; waits for them to go. */
    left(withinMs: number): Promise<string[]>;
    end(): Promise<void>;
}
/** Runs start.mjs without waiting for anything. */
export declare function runStart(args: string[], env?: NodeJS.ProcessEnv): {
    process: import("child_process").ChildProcessByStdio<null, import("stream").Readable, import("stream").Readable>;
    stdout: () => string;
    stderr: () => string;
    exited: Promise<number | null>;
};
export declare function startLab(): Promise<StartedLab>;
export declare function freePort(): Promise<number>;
