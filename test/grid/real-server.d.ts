import type { Client, Job, JobDetails } from '@diraclab/contract';
export declare const root: string;
/** True with `npm run test:full`: the same stories at the sizes the issues name. */
export declare const isFull: boolean;
export interface RealServer {
    call: Client;
    address: string;
    pid: number;
    dataDirectory: string;
    /** Standard error so far. */
    log(): string;
    /** kill -9: no farewell. */
    kill(): Promise<void>;
    /** SIGTERM, and waits until it is gone. */
    stop(): Promise<number | null>;
}
/** The bundled server in a process of its own, as a user starts it. */
export declare function startRealServer(dataDirectory: string, more?: string[]): Promise<RealServer>;
/** For starts that fail: what was said, and the exit code. */
export declare function runServer(words: string[], env?: Record<string, string>): Promise<{
    code: number | null;
    err: string;
    out: string;
}>;
/** Temporary data directories and the servers on them, ended after each story whatever happened. */
export declare function useRealServers(): {
    start(more?: string[], dataDirectory?: string): Promise<RealServer>;
    newDirectory(): string;
};
/** Processes whose command line names this text, but not ours. */
export declare function processesNaming(text: string): number[];
export declare function until<T>(what: string, find: () => Promise<T | undefined> | T | undefined, withinMs?: number): Promise<T>;
export declare function untilFinal({ call }: {
    call: Client;
}, jobId: number, withinMs?: number): Promise<JobDetails>;
export declare function allJobs({ call }: {
    call: Client;
}): Promise<Job[]>;
export declare function untilPilot({ call }: {
    call: Client;
}): Promise<number>;
