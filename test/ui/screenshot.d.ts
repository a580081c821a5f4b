/** The picture of README.md: the steps of the whole story, stopped in the middle of a group of jobs. */
export declare function takePicture(path: string, chromium: string): Promise<void>;
