export interface RunningProcess {
    pid: number;
    command: string;
}
/**
 * Processes that carry the text in their command line or environment, but not the one that runs `npm start` itself. Lab hands its data
 * directory to everything below it by environment; server and pilots, which are processes of their own, name it in their arguments.
 */
export declare function processesOf(text: string): Promise<RunningProcess[]>;
