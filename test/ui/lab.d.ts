import { type Client } from '@diraclab/contract';
export interface UiLab {
    url: string;
    token: string;
    dataDirectory: string;
    /** What the file browser shows. */
    rootDirectory: string;
    /** Calls the server through Lab's origin, as the page does. */
    call: Client;
    /** The server behind Lab, as it is written in its data directory. */
    serverPid(): number;
    end(): Promise<void>;
}
/**
 * JupyterLab as `npm start` runs it, in a directory of its own: data, notebooks and home, so that no settings of the person who runs the
 * tests are read or changed. It puts its application into the page (`jupyterapp`): stories read terminals and choose the theme by it.
 */
export declare function startUiLab(isFirstTime: boolean): Promise<UiLab>;
